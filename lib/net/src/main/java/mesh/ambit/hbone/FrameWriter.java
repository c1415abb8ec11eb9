package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import java.nio.charset.StandardCharsets;

/** Prints HTTP/2 frames. Every method returns a new buffer that the caller owns. */
final class FrameWriter {
    private FrameWriter() {}

    /** Returns the client's connection preface, without the SETTINGS that follow. */
    static ByteBuf preface() {
        return Http2CodecUtil.connectionPrefaceBuf();
    }

    /** Returns SETTINGS with {@code idsAndValues}, an identifier before each value. */
    static ByteBuf settings(ByteBufAllocator allocator, int... idsAndValues) {
        ByteBuf frame = frame(allocator, Frames.SETTINGS, 0, 0, idsAndValues.length / 2 * 6);
        for (int i = 0; i < idsAndValues.length; i += 2) {
            frame.writeShort(idsAndValues[i]).writeInt(idsAndValues[i + 1]);
        }
        return frame;
    }

    static ByteBuf settingsAck(ByteBufAllocator allocator) {
        return frame(allocator, Frames.SETTINGS, Frames.FLAG_ACK, 0, 0);
    }

    static ByteBuf ping(ByteBufAllocator allocator, boolean ack, long payload) {
        return frame(allocator, Frames.PING, ack ? Frames.FLAG_ACK : 0, 0, 8).writeLong(payload);
    }

    static ByteBuf windowUpdate(ByteBufAllocator allocator, int streamId, int increment) {
        return frame(allocator, Frames.WINDOW_UPDATE, 0, streamId, 4).writeInt(increment);
    }

    static ByteBuf reset(ByteBufAllocator allocator, int streamId, Http2Error code) {
        return frame(allocator, Frames.RST_STREAM, 0, streamId, 4).writeInt((int) code.code());
    }

    static ByteBuf goAway(ByteBufAllocator allocator, int lastStreamId, Http2Error code, String debug) {
        byte[] text = debug.getBytes(StandardCharsets.US_ASCII);
        return frame(allocator, Frames.GOAWAY, 0, 0, 8 + text.length)
                .writeInt(lastStreamId)
                .writeInt((int) code.code())
                .writeBytes(text);
    }

    /** Returns {@code block} as HEADERS and as many CONTINUATION frames as the peer's frame size demands. */
    static ByteBuf headers(ByteBufAllocator allocator, int streamId, ByteBuf block, boolean endStream, int maxFrame) {
        int frames = Math.max(1, (block.readableBytes() + maxFrame - 1) / maxFrame);
        ByteBuf out = allocator.buffer(block.readableBytes() + frames * Frames.HEADER_BYTES);
        int type = Frames.HEADERS;
        int flags = endStream ? Frames.FLAG_END_STREAM : 0;
        do {
            int length = Math.min(maxFrame, block.readableBytes());
            if (length == block.readableBytes()) {
                flags |= Frames.FLAG_END_HEADERS;
            }
            header(out, type, flags, streamId, length).writeBytes(block, length);
            type = Frames.CONTINUATION;
            flags = 0;
        } while (block.isReadable());
        return out;
    }

    /** Returns the header of a DATA frame whose payload follows in another buffer. */
    static ByteBuf dataHeader(ByteBufAllocator allocator, int streamId, boolean endStream, int payloadBytes) {
        ByteBuf out = allocator.buffer(Frames.HEADER_BYTES, Frames.HEADER_BYTES);
        return header(out, Frames.DATA, endStream ? Frames.FLAG_END_STREAM : 0, streamId, payloadBytes);
    }

    /** Makes {@code payload} a DATA frame by writing the header into the spare bytes before its reader index. */
    static ByteBuf prependDataHeader(ByteBuf payload, int streamId) {
        int length = payload.readableBytes();
        int start = payload.readerIndex() - Frames.HEADER_BYTES;
        payload.setMedium(start, length);
        payload.setShort(start + 3, Frames.DATA << 8);
        payload.setInt(start + 5, streamId);
        return payload.readerIndex(start);
    }

    private static ByteBuf frame(ByteBufAllocator allocator, int type, int flags, int streamId, int length) {
        ByteBuf out = allocator.buffer(Frames.HEADER_BYTES + length, Frames.HEADER_BYTES + length);
        return header(out, type, flags, streamId, length);
    }

    private static ByteBuf header(ByteBuf out, int type, int flags, int streamId, int length) {
        return out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(streamId);
    }
}
