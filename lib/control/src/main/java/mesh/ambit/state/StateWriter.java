package mesh.ambit.state;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a while after a change, however many follow it: at most a tenth of the time is spent on writing. What could not be
 * written is tried again, without another change. Whoever reports a change goes on at once. Thread-safe.
 */
public final class StateWriter {
    private static final Logger LOG = LoggerFactory.getLogger(StateWriter.class);
    private static final long SHARE = 10;
    /** How many quiet times after a failure it is tried again: a full disk is not emptied at once. */
    private static final long RETRY = 30;

    /** What is written; called on the executor. */
    @FunctionalInterface
    public interface Action {
        void write() throws Exception;
    }

    private final ScheduledExecutorService executor;
    private final Duration quiet;
    private final String what;
    private final Action action;
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile long lastNanos;
    /** Executor only. */
    private boolean failing;

    /**
     * Creates one.
     *
     * @param executor of one thread, which may block
     * @param quiet how long after the first change to write
     * @param what named in the log
     */
    public StateWriter(ScheduledExecutorService executor, Duration quiet, String what, Action action) {
        this.executor = executor;
        this.quiet = quiet;
        this.what = what;
        this.action = action;
    }

    /** Says that there is something to write. */
    public void changed() {
        writeAfter(Math.max(quiet.toNanos(), SHARE * lastNanos));
    }

    private void writeAfter(long delay) {
        if (due.compareAndSet(false, true)) {
            try {
                executor.schedule(this::write, delay, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                LOG.trace("no longer written: {}", what, e);
            }
        }
    }

    /** Writes now what has changed and is not written yet; on the executor. */
    public void write() {
        if (!due.getAndSet(false)) {
            return;
        }
        long start = System.nanoTime();
        try {
            action.write();
            if (failing) {
                LOG.info("{} is written again", what);
            }
            failing = false;
        } catch (Exception e) {
            // The edge of this thread: the program goes on, and a later start has older state or none.
            if (!failing) {
                LOG.warn(
                        "{} cannot be written and will be tried again, a start until then does not have it: {}",
                        what,
                        e.toString(),
                        e);
            }
            failing = true;
        } finally {
            lastNanos = System.nanoTime() - start;
        }
        if (failing) {
            writeAfter(RETRY * Math.max(quiet.toNanos(), lastNanos));
        }
    }
}
