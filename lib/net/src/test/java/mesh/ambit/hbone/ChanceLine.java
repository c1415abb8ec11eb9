package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.Random;

/** One direction of the wire between two channels, on which bytes cross in pieces of any size. */
final class ChanceLine {
    private final Random random;
    private final EmbeddedChannel from;
    private final EmbeddedChannel to;
    private final ArrayDeque<ByteBuf> under = new ArrayDeque<>();

    ChanceLine(Random random, EmbeddedChannel from, EmbeddedChannel to) {
        this.random = random;
        this.from = from;
        this.to = to;
    }

    void setWritable(boolean writable) {
        if (from.isOpen()) {
            from.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
            from.runPendingTasks();
        }
    }

    /** Brings up to {@code bytes} across in one turn, in reads of any size; false if there was nothing. */
    boolean carry(int bytes) {
        from.runPendingTasks();
        for (ByteBuf out = from.readOutbound(); out != null; out = from.readOutbound()) {
            under.add(out);
        }
        boolean moved = !under.isEmpty();
        if (!moved && !from.isOpen() && to.isOpen()) {
            to.close();
        }
        int left = bytes;
        while (left > 0 && !under.isEmpty()) {
            ByteBuf first = under.peek();
            int piece = Math.min(left, first.readableBytes());
            if (random.nextInt(4) == 0 && piece > 1) {
                piece = random.nextInt(1, piece);
            }
            left -= piece;
            if (!to.isOpen()) {
                under.poll().release();
                continue;
            }
            ByteBuf read = to.alloc().buffer(Math.max(1, piece)).writeBytes(first, piece);
            if (!first.isReadable()) {
                under.poll().release();
            }
            to.pipeline().fireChannelRead(read);
            if (random.nextInt(3) == 0) {
                to.pipeline().fireChannelReadComplete();
            }
        }
        to.pipeline().fireChannelReadComplete();
        to.runPendingTasks();
        to.checkException();
        return moved;
    }

    void close() {
        under.forEach(ByteBuf::release);
        from.finishAndReleaseAll();
    }
}
