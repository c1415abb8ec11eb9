package mesh.ambit.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Time and executor in one, moved by hand: a test decides when an hour has passed, and no test sleeps.
 *
 * <p>Tasks run on the thread that submits them or moves the time, one after the other, never inside each other. For one
 * thread.
 */
public final class HandClock extends AbstractExecutorService implements InstantSource, ScheduledExecutorService {
    private final PriorityQueue<Task<?>> scheduled = new PriorityQueue<>(
            Comparator.<Task<?>, Instant>comparing(task -> task.due).thenComparingLong(task -> task.order));
    private final Queue<Runnable> ready = new ArrayDeque<>();
    private Instant now;
    /** By how much the wall clock was set; {@link #now} is what timers go by. */
    private Duration stepped = Duration.ZERO;

    private long orders;
    private boolean running;
    private boolean shutdown;

    /** Creates a clock that shows {@code start}. */
    public HandClock(Instant start) {
        this.now = start;
    }

    @Override
    public Instant instant() {
        return now.plus(stepped);
    }

    /** Sets the wall clock {@code by} later, or earlier if negative; no time passes, and no timer notices. */
    public void step(Duration by) {
        stepped = stepped.plus(by);
    }

    /** Returns nanoseconds as {@link System#nanoTime} would. */
    public long nanoTime() {
        return Duration.between(Instant.EPOCH, now).toNanos();
    }

    /** Moves the time by {@code duration}; everything that falls due runs at its own time. */
    public void advance(Duration duration) {
        Instant end = now.plus(duration);
        while (!scheduled.isEmpty() && !scheduled.peek().due.isAfter(end)) {
            Task<?> task = scheduled.poll();
            now = task.due.isAfter(now) ? task.due : now;
            if (!task.isCancelled()) {
                execute(task);
            }
        }
        now = end;
    }

    /** Returns how many tasks wait for their time. */
    public int waiting() {
        return (int) scheduled.stream().filter(task -> !task.isCancelled()).count();
    }

    @Override
    public void execute(Runnable task) {
        if (shutdown) {
            throw new RejectedExecutionException("shut down");
        }
        ready.add(task);
        if (running) {
            return;
        }
        running = true;
        try {
            for (Runnable next = ready.poll(); next != null; next = ready.poll()) {
                next.run();
            }
        } finally {
            running = false;
        }
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return schedule(
                () -> {
                    task.run();
                    return task;
                },
                delay,
                unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        if (shutdown) {
            throw new RejectedExecutionException("shut down");
        }
        Task<V> waiting = new Task<>(task, now.plus(unit.toNanos(delay), ChronoUnit.NANOS), orders++);
        scheduled.add(waiting);
        return waiting;
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        throw new UnsupportedOperationException("schedule each run by itself");
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("schedule each run by itself");
    }

    @Override
    public void shutdown() {
        shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        scheduled.clear();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return shutdown;
    }

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
        private final Instant due;
        private final long order;

        Task(Callable<V> task, Instant due, long order) {
            super(task);
            this.due = due;
            this.order = order;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(Duration.between(now, due));
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
