package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;

/** Takes what {@link FrameReader} has found, in the order of the wire. Buffers are borrowed unless said otherwise. */
public interface FrameSink {
    /**
     * A DATA frame begins.
     *
     * @param frameBytes what it takes from the flow-control windows
     * @param paddingBytes how much of that is padding, which nobody will consume
     */
    void onDataStart(int streamId, int frameBytes, int paddingBytes) throws ProtocolViolation;

    /** A piece of the frame's payload, as it arrived. Ownership passes to the sink. */
    void onData(int streamId, ByteBuf piece) throws ProtocolViolation;

    /** The DATA frame is complete. */
    void onDataEnd(int streamId, boolean endStream) throws ProtocolViolation;

    /** A header block is complete, CONTINUATION frames included. */
    void onHeaders(int streamId, ByteBuf block, boolean endStream) throws ProtocolViolation;

    /** The peer ends a stream. */
    void onReset(int streamId, long code) throws ProtocolViolation;

    /** One parameter of a SETTINGS frame. */
    void onSetting(int id, long value) throws ProtocolViolation;

    /** The SETTINGS frame is complete and wants its acknowledgement. */
    void onSettingsEnd() throws ProtocolViolation;

    /** Our SETTINGS have been acknowledged. */
    void onSettingsAck() throws ProtocolViolation;

    /** A PING or its answer. */
    void onPing(boolean ack, long payload) throws ProtocolViolation;

    /**
     * The peer would have a stream served before or after another; deprecated (RFC 9113 section 5.3.2).
     *
     * @param dependsOn the other stream; the stream itself is possible here and wrong
     */
    default void onPriority(int streamId, int dependsOn) throws ProtocolViolation {}

    /** A frame of an unknown type (RFC 9113 section 5.5). */
    default void onIgnored() throws ProtocolViolation {}

    /** The peer takes no streams above {@code lastStreamId} any more. */
    void onGoAway(int lastStreamId, long code, String debug) throws ProtocolViolation;

    /** The peer can take {@code increment} more bytes; zero is possible here and wrong. Stream 0 is the connection. */
    void onWindowUpdate(int streamId, int increment) throws ProtocolViolation;
}
