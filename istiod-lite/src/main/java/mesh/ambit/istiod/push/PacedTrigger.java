package mesh.ambit.istiod.push;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an action after changes, at a bounded rate: the first change at once, those that come meanwhile together as soon
 * as the {@link Pace} allows. No change waits longer than the pace's longest interval, however steadily more arrive.
 * Changes that are in no hurry wait a moment for company.
 */
public final class PacedTrigger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PacedTrigger.class);

    private final Pace pace;
    private final LongConsumer action;
    private final Supplier<Duration> aftermath;
    private final ScheduledExecutorService executor;
    private final AtomicBoolean due = new AtomicBoolean();

    /** Number of the wait for company that is under way, and of the last one; 0 is none. */
    private final AtomicLong waiting = new AtomicLong();

    private final AtomicLong waits = new AtomicLong();

    /** When the first of the changes came that the next run is for. */
    private volatile long changedNanos;

    /**
     * Begin and cost of the last run, and up to when the time was accounted for before it; only the executor's thread
     * touches them.
     */
    private long lastNanos;

    private long costNanos;
    private long accountedNanos;
    private boolean ranBefore;

    /**
     * How far runs are apart: as far as keeps the work a fraction of the time in the long run, within limits. After a
     * quiet time a few runs may follow each other quickly, since what belongs together seldom comes at once: a pod that
     * is replaced goes, comes and gets its address within milliseconds. So news travels fast in a small mesh, and a large
     * one is not busy with nothing but telling.
     *
     * @param shortest never closer than this
     * @param longest never further, and so the longest that a change waits
     */
    public record Pace(Duration shortest, Duration longest) {
        /** Of the time, one part in so many is work in the long run. */
        static final int SHARE = 3;

        /** How much of the time that was not used for work may be made up for. */
        static final long CREDIT_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

        /**
         * Returns up to when the time is accounted for after a run.
         *
         * @param accountedNanos up to when it was before
         * @param beginNanos when the run began
         * @param costNanos how long the work of it took
         */
        static long account(long accountedNanos, long beginNanos, long costNanos) {
            long unused = Math.max(0, beginNanos - accountedNanos);
            return beginNanos - Math.min(unused, CREDIT_NANOS) + costNanos * SHARE;
        }

        /**
         * Returns how long to wait at {@code nowNanos} with the next run.
         *
         * @param lastNanos when the last one began
         * @param accountedNanos up to when the time is accounted for
         */
        long delayNanos(long nowNanos, long lastNanos, long accountedNanos) {
            long most = longest.toNanos();
            long least = Math.min(shortest.toNanos(), most);
            long wait = Math.max(least, accountedNanos - lastNanos);
            return Math.clamp(Math.min(wait, most) - (nowNanos - lastNanos), 0, most);
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
            if (waiting.get() == 0) {
                changedNanos = System.nanoTime();
            }
            try {
                executor.execute(this::plan);
            } catch (RejectedExecutionException e) {
                LOG.debug("change after the end is not pushed");
            }
        }
    }

    /**
     * Asks for a run that begins after this call and begins {@code wait} from now if nobody asks for an earlier one; any
     * thread.
     *
     * @param wait never longer than the pace's longest interval
     */
    public void triggerWithin(Duration wait) {
        if (due.get() || waiting.get() != 0) {
            return;
        }
        long number = waits.incrementAndGet();
        if (waiting.compareAndSet(0, number)) {
            changedNanos = System.nanoTime();
            try {
                executor.schedule(
                        () -> endWait(number),
                        Math.min(wait.toNanos(), pace.longest().toNanos()),
                        TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("change after the end is not pushed");
            }
        }
    }

    /** Ends a wait, unless a run has ended it before: what came since then has a wait of its own. */
    private void endWait(long number) {
        if (waiting.get() == number) {
            trigger();
        }
    }

    private void plan() {
        long delay = 0;
        if (ranBefore) {
            long cost = costNanos + aftermath.get().toNanos();
            long accounted = Pace.account(accountedNanos, lastNanos, cost);
            delay = pace.delayNanos(System.nanoTime(), lastNanos, accounted);
        }
        if (delay == 0) {
            run();
        } else {
            executor.schedule(this::run, delay, TimeUnit.NANOSECONDS);
        }
    }

    private void run() {
        long begin = System.nanoTime();
        if (ranBefore) {
            accountedNanos = Pace.account(
                    accountedNanos, lastNanos, costNanos + aftermath.get().toNanos());
        } else {
            accountedNanos = begin - Pace.CREDIT_NANOS;
        }
        lastNanos = begin;
        ranBefore = true;
        long changed = changedNanos;
        // Before the action, so that a change which the action just misses leads to another run.
        due.set(false);
        waiting.set(0);
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
