package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Buffers that wait in order, nearly always none or one. Owns what it holds. */
final class WaitingBytes {
    private @Nullable ByteBuf first;

    /** What waits behind the first; null while nothing does. */
    private @Nullable ArrayDeque<ByteBuf> others;

    boolean isEmpty() {
        return first == null;
    }

    /** Takes {@code data} and its ownership. */
    void add(ByteBuf data) {
        if (first == null) {
            first = data;
            return;
        }
        if (others == null) {
            others = new ArrayDeque<>();
        }
        others.add(data);
    }

    /** Returns the first buffer, which stays; null if nothing waits. */
    @Nullable
    ByteBuf peek() {
        return first;
    }

    /** Returns the first buffer, which is the caller's now; null if nothing waits. */
    @Nullable
    ByteBuf poll() {
        ByteBuf head = first;
        if (others == null) {
            first = null;
        } else {
            first = others.poll();
            if (others.isEmpty()) {
                // A queue that was long once would stay as large.
                others = null;
            }
        }
        return head;
    }

    /** Returns how many bytes wait. */
    int bytes() {
        int bytes = first == null ? 0 : first.readableBytes();
        if (others != null) {
            for (ByteBuf data : others) {
                bytes += data.readableBytes();
            }
        }
        return bytes;
    }

    /** Releases everything, and returns how many bytes it was. */
    int release() {
        int bytes = 0;
        for (ByteBuf data = poll(); data != null; data = poll()) {
            bytes += data.readableBytes();
            data.release();
        }
        return bytes;
    }
}
