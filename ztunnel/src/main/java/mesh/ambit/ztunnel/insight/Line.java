package mesh.ambit.ztunnel.insight;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gathers lines that end with LF or CRLF out of pieces. */
final class Line {
    /** The longest line, without its end. */
    static final int MAX_BYTES = 16 * 1024;

    private static final int FIRST_BYTES = 128;

    /** What came of a line whose end is still to come; holds nothing in between. */
    private byte @Nullable [] begun;

    private int length;

    /** Where reading goes on after a call of {@link #next}. */
    private int position;

    /** Returns where to go on. */
    int position() {
        return position;
    }

    /** Returns the next line of what lies between {@code from} and {@code to}, or null if its end is not there yet. */
    @Nullable
    String next(ByteBuf data, int from, int to) throws NotUnderstood {
        int end = data.forEachByte(from, to - from, ByteProcessor.FIND_LF);
        int stop = end < 0 ? to : end;
        if (length + stop - from > MAX_BYTES) {
            throw new NotUnderstood("a line of more than " + MAX_BYTES + " bytes");
        }
        if (end < 0) {
            keep(data, from, stop);
            position = to;
            return null;
        }
        position = end + 1;
        String line;
        if (length == 0) {
            line = data.toString(from, end - from, StandardCharsets.ISO_8859_1);
        } else {
            byte[] bytes = keep(data, from, end);
            line = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
            begun = null;
            length = 0;
        }
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    private byte[] keep(ByteBuf data, int from, int to) {
        byte[] bytes = begun == null ? new byte[FIRST_BYTES] : begun;
        int added = to - from;
        if (length + added > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + added, 2 * bytes.length));
        }
        data.getBytes(from, bytes, length, added);
        length += added;
        begun = bytes;
        return bytes;
    }
}
