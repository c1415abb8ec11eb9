package mesh.ambit.hbone;

import static io.netty.handler.codec.http2.Http2Error.FRAME_SIZE_ERROR;
import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.Http2Error;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a byte stream into HTTP/2 frames and checks everything that one frame can say by itself (RFC 9113 sections 4
 * and 6). Payload of DATA is handed on as it arrives; other frames are gathered, each kind up to its own bound, so that
 * the advertised frame size costs no memory. As in the reference, SETTINGS need not be the first frame.
 *
 * <p>No I/O, no clock; not thread-safe. After a {@link ProtocolViolation} the reader is of no more use.
 */
public final class FrameReader implements AutoCloseable {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final int MAX_GOAWAY_DEBUG_BYTES = 256;

    private final FrameSink sink;
    private final ByteBufAllocator allocator;
    private final int maxFrameBytes;
    private final HeaderBlock block;

    /** How much of the client preface is still to come. */
    private int prefaceLeft;

    /** Header or payload bytes that came in pieces; {@code gatherBytes} says when they are complete. */
    private @Nullable ByteBuf gathered;

    private boolean inPayload;
    private int type;
    private int flags;
    private int streamId;
    private int length;

    /** What is left of a DATA payload, of bytes to drop, and whether the padding length is still to come. */
    private int dataLeft;

    private int skipLeft;
    private boolean inData;
    private boolean padLengthDue;
    private int padding;

    /**
     * Makes a reader.
     *
     * @param server whether the client's preface comes first
     * @param maxFrameBytes our SETTINGS_MAX_FRAME_SIZE
     * @param maxHeaderBlockBytes bound of a compressed header block
     */
    public FrameReader(
            boolean server, int maxFrameBytes, int maxHeaderBlockBytes, ByteBufAllocator allocator, FrameSink sink) {
        this.prefaceLeft = server ? PREFACE.length : 0;
        this.maxFrameBytes = maxFrameBytes;
        this.block = new HeaderBlock(maxHeaderBlockBytes, allocator, sink);
        this.allocator = allocator;
        this.sink = sink;
    }

    /** Reads all of {@code in}, which stays the caller's. */
    public void read(ByteBuf in) throws ProtocolViolation {
        readPreface(in);
        while (in.isReadable() || (inPayload && skipLeft == 0 && payloadIsComplete())) {
            if (skipLeft > 0) {
                int skipped = Math.min(skipLeft, in.readableBytes());
                in.skipBytes(skipped);
                skipLeft -= skipped;
            } else if (inData) {
                readData(in);
            } else if (!inPayload) {
                ByteBuf header = gather(in, Frames.HEADER_BYTES);
                if (header == null) {
                    return;
                }
                readHeader(header);
                dropGathered(header);
            } else {
                readPayload(in);
            }
            if (inData && dataLeft == 0 && !padLengthDue) {
                inData = false;
                skipLeft = padding;
                sink.onDataEnd(streamId, has(Frames.FLAG_END_STREAM));
            }
        }
    }

    /** Says whether the peer has begun to speak HTTP/2 at all. */
    boolean hasPreface() {
        return prefaceLeft == 0;
    }

    /** Says whether an empty payload waits for no byte at all. */
    private boolean payloadIsComplete() {
        return !inData && wanted() == 0;
    }

    private void readPreface(ByteBuf in) throws ProtocolViolation {
        while (prefaceLeft > 0 && in.isReadable()) {
            if (in.readByte() != PREFACE[PREFACE.length - prefaceLeft]) {
                throw violation(PROTOCOL_ERROR, "client preface expected");
            }
            prefaceLeft--;
        }
    }

    private void readHeader(ByteBuf header) throws ProtocolViolation {
        length = header.readUnsignedMedium();
        type = header.readUnsignedByte();
        flags = header.readUnsignedByte();
        streamId = header.readInt() & Frames.MAX_STREAM_ID;
        if (length > maxFrameBytes) {
            throw violation(
                    FRAME_SIZE_ERROR, "frame of " + length + " bytes (expected: at most " + maxFrameBytes + ")");
        }
        block.checkOrder(type, streamId);
        FrameRules.check(type, flags, streamId, length);
        switch (type) {
            case Frames.DATA -> startData();
            case Frames.HEADERS -> {
                block.checkHeaders(length);
                inPayload = true;
            }
            case Frames.CONTINUATION -> {
                block.checkContinuation(flags, length);
                inPayload = true;
            }
            case Frames.RST_STREAM,
                    Frames.SETTINGS,
                    Frames.PING,
                    Frames.GOAWAY,
                    Frames.WINDOW_UPDATE,
                    Frames.PRIORITY -> inPayload = true;
            default -> {
                skipLeft = length;
                sink.onIgnored();
            }
        }
    }

    private void startData() throws ProtocolViolation {
        padLengthDue = has(Frames.FLAG_PADDED);
        inData = true;
        padding = 0;
        if (!padLengthDue) {
            dataLeft = length;
            sink.onDataStart(streamId, length, 0);
        }
    }

    private void readData(ByteBuf in) throws ProtocolViolation {
        if (padLengthDue) {
            padLengthDue = false;
            padding = in.readUnsignedByte();
            if (padding >= length) {
                throw violation(PROTOCOL_ERROR, "padding of " + padding + " bytes in a frame of " + length);
            }
            dataLeft = length - 1 - padding;
            sink.onDataStart(streamId, length, 1 + padding);
            return;
        }
        int bytes = Math.min(dataLeft, in.readableBytes());
        dataLeft -= bytes;
        sink.onData(streamId, in.readRetainedSlice(bytes));
    }

    private int wanted() {
        return type == Frames.GOAWAY
                ? Math.min(length, FrameRules.GOAWAY_FIXED_BYTES + MAX_GOAWAY_DEBUG_BYTES)
                : length;
    }

    private void readPayload(ByteBuf in) throws ProtocolViolation {
        ByteBuf payload = gather(in, wanted());
        if (payload == null) {
            return;
        }
        inPayload = false;
        skipLeft = length - wanted();
        try {
            dispatch(payload);
        } finally {
            dropGathered(payload);
        }
    }

    private void dispatch(ByteBuf payload) throws ProtocolViolation {
        switch (type) {
            case Frames.HEADERS -> block.headers(flags, streamId, payload);
            case Frames.CONTINUATION -> block.append(flags, payload);
            case Frames.RST_STREAM -> sink.onReset(streamId, payload.readUnsignedInt());
            case Frames.SETTINGS -> settings(payload);
            case Frames.PRIORITY -> sink.onPriority(streamId, payload.readInt() & Frames.MAX_STREAM_ID);
            case Frames.PING -> sink.onPing(has(Frames.FLAG_ACK), payload.readLong());
            case Frames.GOAWAY -> {
                int last = payload.readInt() & Frames.MAX_STREAM_ID;
                long code = payload.readUnsignedInt();
                sink.onGoAway(last, code, payload.toString(StandardCharsets.US_ASCII));
            }
            case Frames.WINDOW_UPDATE -> sink.onWindowUpdate(streamId, payload.readInt() & Integer.MAX_VALUE);
            default -> throw new IllegalStateException("frame type " + type + " is not gathered");
        }
    }

    private void settings(ByteBuf payload) throws ProtocolViolation {
        if (has(Frames.FLAG_ACK)) {
            sink.onSettingsAck();
            return;
        }
        while (payload.isReadable()) {
            sink.onSetting(payload.readUnsignedShort(), payload.readUnsignedInt());
        }
        sink.onSettingsEnd();
    }

    /** Returns {@code bytes} bytes in one buffer, or null if they are not there yet. Give it to {@link #dropGathered}. */
    private @Nullable ByteBuf gather(ByteBuf in, int bytes) {
        if (gathered == null) {
            if (in.readableBytes() >= bytes) {
                return in.readSlice(bytes);
            }
            gathered = allocator.buffer(bytes, bytes);
        }
        int missing = bytes - gathered.readableBytes();
        gathered.writeBytes(in, Math.min(missing, in.readableBytes()));
        return gathered.readableBytes() == bytes ? gathered : null;
    }

    @SuppressWarnings("ReferenceEquality") // Whether it is this buffer, not one with the same bytes.
    private void dropGathered(ByteBuf complete) {
        if (complete == gathered) {
            gathered = null;
            complete.release();
        }
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    private static ProtocolViolation violation(Http2Error code, String message) {
        return new ProtocolViolation(code, message);
    }

    /** Releases what was gathered of frames that never became whole. */
    @Override
    public void close() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
        block.close();
    }
}
