package mesh.ambit.istiod.push;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Bounds how many bytes of large responses wait in the transport at once: when all nodes connect at the same time, each
 * gets its copy of the mesh in turn. One response always passes, whatever its size. Thread-safe.
 */
final class SendBudget {
    private final long limitBytes;
    private final Executor workers;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private long usedBytes;

    private record Waiting(long bytes, Runnable granted) {}

    /**
     * Creates one.
     *
     * @param workers where those who waited go on
     */
    SendBudget(long limitBytes, Executor workers) {
        this.limitBytes = limitBytes;
        this.workers = workers;
    }

    /**
     * Returns whether {@code bytes} may be sent now. Otherwise {@code granted} is run once they may, and whoever no longer
     * wants them then has to {@link #release} them.
     */
    synchronized boolean take(long bytes, Runnable granted) {
        if (waiting.isEmpty() && fits(bytes)) {
            usedBytes += bytes;
            return true;
        }
        waiting.add(new Waiting(bytes, granted));
        return false;
    }

    /** Takes {@code bytes} whatever the limit says, for somebody who cannot be kept waiting any more; others wait for it. */
    synchronized void force(long bytes) {
        usedBytes += bytes;
    }

    /** Gives back what was taken or granted. */
    void release(long bytes) {
        List<Runnable> granted = new ArrayList<>();
        synchronized (this) {
            usedBytes -= bytes;
            while (!waiting.isEmpty() && fits(waiting.element().bytes)) {
                Waiting next = waiting.remove();
                usedBytes += next.bytes;
                granted.add(next.granted);
            }
        }
        granted.forEach(workers::execute);
    }

    private boolean fits(long bytes) {
        return usedBytes == 0 || usedBytes + bytes <= limitBytes;
    }
}
