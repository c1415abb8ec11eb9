package mesh.ambit.admin;

import io.netty.buffer.ByteBuf;

/**
 * Finds the heads that the reference refuses and Netty makes sense of: those that begin with a space or a control character,
 * and those with a field that goes on in the next line (RFC 9112, 5.2). Looks at what a decoder has not consumed yet, and
 * relies on it to consume heads by whole lines.
 */
final class HeadLines {
    private boolean inHead = true;

    /** The line that the next unconsumed byte begins is not the first of its head. */
    private boolean begun;

    /** The next bytes are those of a head. */
    void begin() {
        inHead = true;
        begun = false;
    }

    /** The next bytes are no head's. */
    void end() {
        inHead = false;
    }

    /** Says whether {@code buffer} goes on in a way in which no head may. */
    boolean isBroken(ByteBuf buffer) {
        if (!inHead) {
            return false;
        }
        boolean first = !begun;
        int end = buffer.writerIndex();
        for (int i = buffer.readerIndex(); i < end; i++) {
            int b = buffer.getUnsignedByte(i);
            if (isLineEnd(b)) {
                if (!first) {
                    return false; // The empty line behind a head.
                }
                continue; // Empty lines before one say nothing.
            }
            if (b == ' ' || b == '\t' || (first && (b < ' ' || b == 0x7f))) {
                return true;
            }
            first = false;
            int lineEnd = buffer.indexOf(i, end, (byte) '\n');
            if (lineEnd < 0) {
                return false;
            }
            i = lineEnd;
        }
        return false;
    }

    /** The bytes of {@code buffer} from {@code from} on up to its reader index have been consumed. */
    void consumed(ByteBuf buffer, int from) {
        for (int i = from; i < buffer.readerIndex() && !begun; i++) {
            begun = !isLineEnd(buffer.getUnsignedByte(i));
        }
    }

    private static boolean isLineEnd(int b) {
        return b == '\r' || b == '\n';
    }
}
