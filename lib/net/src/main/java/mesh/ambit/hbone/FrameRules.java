package mesh.ambit.hbone;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Error.FRAME_SIZE_ERROR;
import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;

import io.netty.handler.codec.http2.Http2Error;

/** What a frame's header must keep to whatever came before it, RFC 9113 section 6. */
final class FrameRules {
    /** Last stream and error code; text may follow. */
    static final int GOAWAY_FIXED_BYTES = 8;

    /** Six bytes a setting; there are seven known ones. */
    private static final int MAX_SETTINGS_BYTES = 6 * 256;

    private FrameRules() {}

    /** Throws if a frame of this kind may not have such a stream, length or flags. */
    static void check(int type, int flags, int streamId, int length) throws ProtocolViolation {
        switch (type) {
            case Frames.DATA -> {
                requireStream(type, streamId);
                require((flags & Frames.FLAG_PADDED) == 0 || length > 0, FRAME_SIZE_ERROR, type, length);
            }
            case Frames.HEADERS, Frames.CONTINUATION -> requireStream(type, streamId);
            case Frames.PRIORITY -> {
                requireStream(type, streamId);
                require(length == 5, FRAME_SIZE_ERROR, type, length);
            }
            case Frames.RST_STREAM -> {
                requireStream(type, streamId);
                require(length == 4, FRAME_SIZE_ERROR, type, length);
            }
            case Frames.SETTINGS -> {
                requireConnection(type, streamId);
                boolean ack = (flags & Frames.FLAG_ACK) != 0;
                require(length % 6 == 0 && (length == 0 || !ack), FRAME_SIZE_ERROR, type, length);
                require(length <= MAX_SETTINGS_BYTES, ENHANCE_YOUR_CALM, type, length);
            }
            case Frames.PING -> {
                requireConnection(type, streamId);
                require(length == 8, FRAME_SIZE_ERROR, type, length);
            }
            case Frames.GOAWAY -> {
                requireConnection(type, streamId);
                require(length >= GOAWAY_FIXED_BYTES, FRAME_SIZE_ERROR, type, length);
            }
            case Frames.WINDOW_UPDATE -> require(length == 4, FRAME_SIZE_ERROR, type, length);
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

    private static void require(boolean fits, Http2Error otherwise, int type, int length) throws ProtocolViolation {
        if (!fits) {
            throw new ProtocolViolation(otherwise, "frame of type " + type + " with " + length + " bytes");
        }
    }
}
