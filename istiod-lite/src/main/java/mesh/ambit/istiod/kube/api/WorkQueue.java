package mesh.ambit.istiod.kube.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work by name, done by one thread: what is asked for several times before its turn is done once, and what fails is tried
 * again later, without holding up the rest.
 */
public final class WorkQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkQueue.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final String name;
    private final Predicate<String> work;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    /** When each is due, in the order of asking. */
    private final Map<String, Long> due = new LinkedHashMap<>();

    private final Thread thread;

    /**
     * Begins to work.
     *
     * @param work does what a name stands for; false if that is to be tried again
     * @param nanoTime passing time in ns
     */
    public WorkQueue(String name, Predicate<String> work, LongSupplier nanoTime) {
        this.name = name;
        this.work = work;
        this.nanoTime = nanoTime;
        this.thread = Thread.ofVirtual().name(name).start(this::run);
    }

    /** Asks for work. */
    public void add(String item) {
        later(item, Duration.ZERO);
    }

    /** Asks for work that begins {@code delay} from now, or earlier if it is asked for again. */
    public void later(String item, Duration delay) {
        lock.lock();
        try {
            due.merge(item, nanoTime.getAsLong() + delay.toNanos(), (a, b) -> a - b < 0 ? a : b);
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                String item = next();
                boolean done;
                try {
                    done = work.test(item);
                } catch (RuntimeException e) {
                    LOG.error("{}: {}: a fault, trying again", name, item, e);
                    done = false;
                }
                if (!done) {
                    later(item, RETRY);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: ending", name);
        }
    }

    private String next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                long now = nanoTime.getAsLong();
                long wait = Long.MAX_VALUE;
                for (Map.Entry<String, Long> entry : due.entrySet()) {
                    long left = entry.getValue() - now;
                    if (left <= 0) {
                        String item = entry.getKey();
                        due.remove(item);
                        return item;
                    }
                    wait = Math.min(wait, left);
                }
                if (due.isEmpty()) {
                    news.await();
                } else {
                    news.awaitNanos(wait);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Stops; what was asked for and not done stays undone. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
