package mesh.ambit.hbone;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;

/**
 * What a frame's header must keep to whatever came before it, RFC 9113 section 6. Of lengths that cannot be, peers are
 * told PROTOCOL_ERROR, not FRAME_SIZE_ERROR, and a GOAWAY may come on any stream: both as from the reference.
 */
final class FrameRules {
    /** Last stream and error code; text may follow. */
    static final int GOAWAY_FIXED_BYTES = 8;

    /** Six bytes a setting; there are seven known ones. As much as any peer may send in a frame before it knows ours. */
    private static final int MAX_SETTINGS_BYTES = Frames.DEFAULT_MAX_FRAME_BYTES;

    /** What metrics call a frame of a wrong length. */
    private static final String WRONG_LENGTH = "frame_size_error";

    private FrameRules() {}

    /** Throws if a frame of this kind may not have such a stream, length or flags. */
    static void check(int type, int flags, int streamId, int length) throws ProtocolViolation {
        switch (type) {
            case Frames.DATA -> {
                requireStream(type, streamId);
                requireLength((flags & Frames.FLAG_PADDED) == 0 || length > 0, type, length);
            }
            case Frames.HEADERS, Frames.CONTINUATION -> requireStream(type, streamId);
            case Frames.PRIORITY -> {
                requireStream(type, streamId);
                requireLength(length == 5, type, length);
            }
            case Frames.RST_STREAM -> {
                requireStream(type, streamId);
                requireLength(length == 4, type, length);
            }
            case Frames.SETTINGS -> {
                requireConnection(type, streamId);
                boolean ack = (flags & Frames.FLAG_ACK) != 0;
                requireLength(length % 6 == 0 && (length == 0 || !ack), type, length);
                if (length > MAX_SETTINGS_BYTES) {
                    throw new ProtocolViolation(ENHANCE_YOUR_CALM, "SETTINGS of " + length + " bytes");
                }
            }
            case Frames.PING -> {
                requireConnection(type, streamId);
                requireLength(length == 8, type, length);
            }
            case Frames.GOAWAY -> requireLength(length >= GOAWAY_FIXED_BYTES, type, length);
            case Frames.WINDOW_UPDATE -> requireLength(length == 4, type, length);
            case Frames.PUSH_PROMISE ->
                throw new ProtocolViolation(PROTOCOL_ERROR, "PUSH_PROMISE although push is off");
            default -> {} // Unknown types are to be ignored, section 5.5.
        }
    }

    private static void requireStream(int type, int streamId) throws ProtocolViolation {
        if (streamId == 0) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "frame of type " + type + " on stream 0");
        }
    }

    private static void requireConnection(int type, int streamId) throws ProtocolViolation {
        if (streamId != 0) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "frame of type " + type + " on stream " + streamId);
        }
    }

    static void requireLength(boolean fits, int type, int length) throws ProtocolViolation {
        if (!fits) {
            throw new ProtocolViolation(
                    PROTOCOL_ERROR, "frame of type " + type + " with " + length + " bytes", WRONG_LENGTH);
        }
    }
}
