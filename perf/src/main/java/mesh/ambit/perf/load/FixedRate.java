package mesh.ambit.perf.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Requests at fixed times, whatever happened to those before. Each is timed from when it should have been sent, so that
 * a stall counts for everything that waited for it.
 */
final class FixedRate implements ThreadWork.Step {
    private final Target target;
    private final Tally tally;
    private final ByteBuffer buffer;
    private final long intervalNanos;
    private long next;
    private @Nullable SocketChannel channel;

    private FixedRate(Target target, Tally tally, int size, long first, long intervalNanos) {
        this.target = target;
        this.tally = tally;
        this.buffer = ByteBuffer.allocateDirect(size);
        this.next = first;
        this.intervalNanos = intervalNanos;
    }

    /** Starts {@code perSecond} requests of {@code size} bytes a second, spread over {@code connections}. */
    static Work start(Target target, int connections, int size, int perSecond) {
        long interval = TimeUnit.SECONDS.toNanos(connections) / perSecond;
        long begin = System.nanoTime();
        ThreadWork work = new ThreadWork(
                "fixed-rate",
                target,
                connections,
                (i, tally) -> new FixedRate(target, tally, size, begin + interval * i / connections, interval));
        work.begin();
        return work;
    }

    @Override
    public void run() throws IOException, InterruptedException {
        SocketChannel open = channel;
        if (open == null) {
            open = target.connectHere();
            channel = open;
            // What should have been sent before there was a connection is nobody's latency.
            long late = System.nanoTime() - next;
            if (late > 0) {
                next += (late / intervalNanos + 1) * intervalNanos;
            }
        }
        awaitNanos(next);
        long scheduled = next;
        next += intervalNanos;
        try {
            ThreadWork.exchange(open, buffer);
        } catch (IOException e) {
            channel = null;
            open.close();
            throw e;
        }
        tally.done(System.nanoTime() - scheduled);
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    private static void awaitNanos(long deadline) throws InterruptedException {
        for (long left = deadline - System.nanoTime(); left > 0; left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
