package mesh.ambit.istiod.app;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for what has to be done now and then, or after something, and may block: tasks run one after the other, and a
 * fault in one is logged and ends nothing, as this is the thread that renews certificates.
 */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("housekeeping").daemon().factory());

    /** Runs {@code task} soon; not at all once this has been closed. */
    void later(Runnable task) {
        try {
            executor.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("ending, nothing more is done");
        }
    }

    /** Runs {@code task} again and again, each time so many seconds after its last end. */
    void every(long seconds, Runnable task) {
        executor.scheduleWithFixedDelay(() -> guarded(task), seconds, seconds, TimeUnit.SECONDS);
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("housekeeping failed, it is done again with the next turn", e);
        }
    }

    /** Ends what runs and drops what waits. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
