package mesh.ambit.hbone;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Puts header blocks together from HEADERS and the CONTINUATION frames behind them (RFC 9113 sections 4.3, 6.2 and 6.10).
 * Holds bytes only between the frames of one block; a block in one frame is handed on where it lies.
 */
final class HeaderBlock implements AutoCloseable {
    /** Between the first frame of a block and its last; the reference's bound. 64 KiB take four in all. */
    private static final int MAX_CONTINUATIONS = 5;

    private static final int MAX_PADDING_AND_PRIORITY_BYTES = 1 + 255 + 5;
    private static final int PRIORITY_BYTES = 5;

    private final ByteBufAllocator allocator;
    private final FrameSink sink;
    private final int maxBytes;

    /** Whose block is under way; 0 between blocks. */
    private int streamId;

    private boolean endsStream;

    /** The stream that its sender would have the block's stream depend on, 0 if it says nothing. */
    private int dependsOn;

    private int continuations;
    private @Nullable ByteBuf gathered;

    /** Makes one that hands blocks of up to {@code maxBytes}, compressed, to {@code sink}. */
    HeaderBlock(int maxBytes, ByteBufAllocator allocator, FrameSink sink) {
        this.maxBytes = maxBytes;
        this.allocator = allocator;
        this.sink = sink;
    }

    /** Checks that a frame which begins now may come: within a block nothing may but its own continuation. */
    void checkOrder(int type, int frameStreamId) throws ProtocolViolation {
        if (streamId != 0 && (type != Frames.CONTINUATION || frameStreamId != streamId)) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "frame of type " + type + " inside a header block");
        }
    }

    /** Checks that a HEADERS frame of {@code length} bytes is not too long. */
    void checkHeaders(int length) throws ProtocolViolation {
        requireFit(length <= maxBytes + MAX_PADDING_AND_PRIORITY_BYTES);
    }

    /** Checks that there is something to continue, and that it does not become too long. */
    void checkContinuation(int flags, int length) throws ProtocolViolation {
        if (streamId == 0) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "CONTINUATION without HEADERS");
        }
        int sofar = gathered == null ? 0 : gathered.readableBytes();
        continuations += isLast(flags) ? 0 : 1;
        requireFit(continuations <= MAX_CONTINUATIONS && length <= maxBytes - sofar);
    }

    private void requireFit(boolean fits) throws ProtocolViolation {
        if (!fits) {
            throw new ProtocolViolation(
                    ENHANCE_YOUR_CALM,
                    "header block beyond " + maxBytes + " bytes",
                    "header_flood",
                    "too_many_continuations");
        }
    }

    /** Takes the payload of HEADERS. */
    void headers(int flags, int ofStream, ByteBuf payload) throws ProtocolViolation {
        int length = payload.readableBytes();
        boolean padded = (flags & Frames.FLAG_PADDED) != 0;
        boolean prioritized = (flags & Frames.FLAG_PRIORITY) != 0;
        int prefix = (padded ? 1 : 0) + (prioritized ? PRIORITY_BYTES : 0);
        FrameRules.requireLength(length >= prefix, Frames.HEADERS, length);
        int padding = padded ? payload.readUnsignedByte() : 0;
        dependsOn = 0;
        if (prioritized) {
            dependsOn = payload.readInt() & Frames.MAX_STREAM_ID;
            payload.skipBytes(1);
        }
        if (padding > payload.readableBytes()) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "padding of " + padding + " bytes in HEADERS of " + length);
        }
        streamId = ofStream;
        endsStream = (flags & Frames.FLAG_END_STREAM) != 0;
        continuations = 0;
        append(flags, payload.readSlice(payload.readableBytes() - padding));
    }

    /** Takes a fragment: the payload of CONTINUATION, or what is left of that of HEADERS. */
    void append(int flags, ByteBuf fragment) throws ProtocolViolation {
        if (isLast(flags) && gathered == null) {
            handOn(fragment);
            return;
        }
        if (gathered == null) {
            gathered = allocator.buffer(Math.max(fragment.readableBytes(), 256), maxBytes + 256);
        }
        gathered.writeBytes(fragment);
        if (isLast(flags)) {
            ByteBuf complete = gathered;
            gathered = null;
            try {
                handOn(complete);
            } finally {
                complete.release();
            }
        }
    }

    private static boolean isLast(int flags) {
        return (flags & Frames.FLAG_END_HEADERS) != 0;
    }

    private void handOn(ByteBuf complete) throws ProtocolViolation {
        int ofStream = streamId;
        streamId = 0;
        sink.onHeaders(ofStream, complete, endsStream);
        if (dependsOn != 0) {
            sink.onPriority(ofStream, dependsOn);
        }
    }

    /** Releases what was gathered of a block that never became whole. */
    @Override
    public void close() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }
}
