package mesh.ambit.ztunnel.app;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for a drain to end, and says every second how much is left of it. */
final class DrainCountdown {
    private static final Logger LOG = LoggerFactory.getLogger(DrainCountdown.class);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Duration deadline;
    private final LongSupplier nanoTime;

    /** Creates one that waits no longer than {@code deadline}. */
    DrainCountdown(Duration deadline, LongSupplier nanoTime) {
        this.deadline = deadline;
        this.nanoTime = nanoTime;
    }

    /**
     * Waits until {@code drained} completes or the deadline comes; blocks.
     *
     * @param left how many connections there are still
     */
    void await(CompletableFuture<Void> drained, IntSupplier left) throws InterruptedException {
        long end = nanoTime.getAsLong() + deadline.toNanos();
        while (!drained.isDone()) {
            long remaining = end - nanoTime.getAsLong();
            int connections = left.getAsInt();
            if (remaining <= 0) {
                LOG.info("deadline of {} has come, closing {} connections", deadline, connections);
                return;
            }
            if (connections > 0) {
                LOG.info(
                        "draining: {} connections left, {}s to the deadline",
                        connections,
                        Math.ceilDiv(remaining, SECOND));
            }
            try {
                drained.get(Math.min(remaining, SECOND), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                LOG.trace("still draining");
            } catch (ExecutionException e) {
                LOG.warn("drain failed, closing what is left", e);
                return;
            }
        }
    }
}
