package mesh.ambit.istiod.push;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an action after changes, at a bounded rate: the first change at once, those that come until the interval is over
 * together at its end. No change waits longer than one interval, however steadily more arrive.
 */
public final class PacedTrigger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PacedTrigger.class);

    private final Runnable action;
    private final long intervalNanos;
    private final ScheduledExecutorService executor;
    private final AtomicBoolean due = new AtomicBoolean();

    /** Time of the last run; only the executor's thread touches it. */
    private long lastNanos;

    private boolean ranBefore;

    /** Creates one with a thread of its own that runs {@code action}, one run at a time. */
    public PacedTrigger(Duration interval, Runnable action) {
        this.action = action;
        this.intervalNanos = interval.toNanos();
        this.executor = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("push-pacer").daemon().factory());
    }

    /** Asks for a run that begins after this call; any thread. Ignored after {@link #close}. */
    public void trigger() {
        if (due.compareAndSet(false, true)) {
            try {
                executor.execute(this::plan);
            } catch (RejectedExecutionException e) {
                LOG.debug("change after the end is not pushed");
            }
        }
    }

    /** Returns how long to wait at {@code nowNanos} when the last run began at {@code lastNanos}. */
    static long delayNanos(long nowNanos, long lastNanos, long intervalNanos) {
        return Math.clamp(intervalNanos - (nowNanos - lastNanos), 0, intervalNanos);
    }

    private void plan() {
        long delay = ranBefore ? delayNanos(System.nanoTime(), lastNanos, intervalNanos) : 0;
        if (delay == 0) {
            run();
        } else {
            executor.schedule(this::run, delay, TimeUnit.NANOSECONDS);
        }
    }

    private void run() {
        lastNanos = System.nanoTime();
        ranBefore = true;
        // Before the action, so that a change which the action just misses leads to another run.
        due.set(false);
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("computing or pushing the mesh failed; clients keep the state before", e);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
