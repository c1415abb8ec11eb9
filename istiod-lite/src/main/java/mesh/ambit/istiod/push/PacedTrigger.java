package mesh.ambit.istiod.push;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an action after changes, at a bounded rate: the first change at once, those that come until the interval is over
 * together at its end. No change waits longer than one interval, however steadily more arrive.
 */
public final class PacedTrigger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PacedTrigger.class);

    private final Pace pace;
    private final LongConsumer action;
    private final Supplier<Duration> aftermath;
    private final ScheduledExecutorService executor;
    private final AtomicBoolean due = new AtomicBoolean();

    /** When the first of the changes came that the next run is for. */
    private volatile long changedNanos;

    /** Begin and cost of the last run; only the executor's thread touches them. */
    private long lastNanos;

    private long costNanos;
    private boolean ranBefore;

    /**
     * How far runs are apart: as far as keeps the work a fraction of the time, within limits. So news travels fast in a
     * small mesh, and a large one is not busy with nothing but telling.
     *
     * @param shortest never closer than this
     * @param longest never further, and so the longest that a change waits
     */
    public record Pace(Duration shortest, Duration longest) {
        /** Of the time from one run to the next, one part in so many is work. */
        static final int SHARE = 3;

        /** Returns the time from the begin of a run that cost so much to the begin of the next. */
        long intervalNanos(long costNanos) {
            long most = longest.toNanos();
            return Math.clamp(costNanos * SHARE, Math.min(shortest.toNanos(), most), most);
        }
    }

    /**
     * Creates one with a thread of its own.
     *
     * @param action one run at a time; told when the first of its changes came, by {@link System#nanoTime()}
     * @param aftermath how long others were busy with what the last run left them to do
     */
    public PacedTrigger(Pace pace, LongConsumer action, Supplier<Duration> aftermath) {
        this.pace = pace;
        this.action = action;
        this.aftermath = aftermath;
        this.executor = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("push-pacer").daemon().factory());
    }

    /** Asks for a run that begins after this call; any thread. Ignored after {@link #close}. */
    public void trigger() {
        if (due.compareAndSet(false, true)) {
            changedNanos = System.nanoTime();
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
        long cost = costNanos + aftermath.get().toNanos();
        long delay = ranBefore ? delayNanos(System.nanoTime(), lastNanos, pace.intervalNanos(cost)) : 0;
        if (delay == 0) {
            run();
        } else {
            executor.schedule(this::run, delay, TimeUnit.NANOSECONDS);
        }
    }

    private void run() {
        lastNanos = System.nanoTime();
        ranBefore = true;
        long changed = changedNanos;
        // Before the action, so that a change which the action just misses leads to another run.
        due.set(false);
        try {
            action.accept(changed);
        } catch (RuntimeException e) {
            LOG.error("computing or pushing the mesh failed; clients keep the state before", e);
        }
        costNanos = System.nanoTime() - lastNanos;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
