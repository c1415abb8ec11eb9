package mesh.ambit.ztunnel.insight;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The frames of one direction of an HTTP/2 connection (RFC 9113, section 4). Payloads of no interest are skipped. */
final class Http2Frames {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 0x1;
    static final int ACK = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int PRIORITY = 0x20;

    /** The longest payload that is kept to be read, and the longest header block. */
    static final int MAX_BLOCK_BYTES = 64 * 1024;

    private static final int HEADER_BYTES = 9;

    /** Takes frames. */
    interface Sink {
        /**
         * A frame is complete.
         *
         * @param payload of HEADERS, CONTINUATION and SETTINGS; empty for all others
         */
        void onFrame(int type, int flags, int streamId, byte[] payload) throws NotUnderstood;
    }

    private static final byte[] NOTHING = {};

    private final Sink sink;
    private final byte[] header = new byte[HEADER_BYTES];
    private int headerBytes;
    private int left;
    private byte[] payload = NOTHING;
    private boolean keeps;
    private int skip;

    /**
     * Makes one.
     *
     * @param preface how many bytes come before the first frame
     */
    Http2Frames(Sink sink, int preface) {
        this.sink = sink;
        this.skip = preface;
    }

    void read(ByteBuf data) throws NotUnderstood {
        int at = data.readerIndex();
        int end = data.writerIndex();
        while (at < end) {
            if (skip > 0) {
                int passed = Math.min(skip, end - at);
                skip -= passed;
                at += passed;
            } else if (headerBytes < HEADER_BYTES) {
                int taken = Math.min(HEADER_BYTES - headerBytes, end - at);
                data.getBytes(at, header, headerBytes, taken);
                headerBytes += taken;
                at += taken;
                if (headerBytes == HEADER_BYTES) {
                    begin();
                }
            } else {
                int taken = Math.min(left, end - at);
                if (keeps) {
                    data.getBytes(at, payload, payload.length - left, taken);
                }
                left -= taken;
                at += taken;
                endIfComplete();
            }
        }
    }

    private void begin() throws NotUnderstood {
        left = Byte.toUnsignedInt(header[0]) << 16 | Byte.toUnsignedInt(header[1]) << 8 | Byte.toUnsignedInt(header[2]);
        int type = type();
        keeps = type == HEADERS || type == CONTINUATION || type == SETTINGS;
        if (keeps) {
            if (left > MAX_BLOCK_BYTES) {
                throw new NotUnderstood("a frame of " + left + " bytes");
            }
            payload = new byte[left];
        }
        endIfComplete();
    }

    private void endIfComplete() throws NotUnderstood {
        if (left == 0) {
            byte[] complete = payload;
            payload = NOTHING;
            headerBytes = 0;
            sink.onFrame(type(), Byte.toUnsignedInt(header[4]), streamId(), complete);
        }
    }

    private int type() {
        return Byte.toUnsignedInt(header[3]);
    }

    private int streamId() {
        return (header[5] & 0x7F) << 24
                | Byte.toUnsignedInt(header[6]) << 16
                | Byte.toUnsignedInt(header[7]) << 8
                | Byte.toUnsignedInt(header[8]);
    }

    /** Returns the header block fragment of a HEADERS frame: what is neither padding nor priority. */
    static byte[] fragment(int flags, byte[] payload) throws NotUnderstood {
        int from = 0;
        int padding = 0;
        if ((flags & PADDED) != 0) {
            if (payload.length == 0) {
                throw new NotUnderstood("padding");
            }
            padding = Byte.toUnsignedInt(payload[0]);
            from = 1;
        }
        from += (flags & PRIORITY) != 0 ? 5 : 0;
        if (from + padding > payload.length) {
            throw new NotUnderstood("padding");
        }
        return Arrays.copyOfRange(payload, from, payload.length - padding);
    }
}
