package mesh.ambit.node.app;

import java.time.Duration;

/** When to try again what has failed: soon at first, then ever later. Times are those of {@link System#nanoTime}. */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(15);

    private Duration delay = Duration.ZERO;
    private long dueNanos;

    /** Notes a failure. */
    void failed(long nowNanos) {
        Duration doubled = delay.multipliedBy(2);
        delay = delay.isZero() ? FIRST : doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        dueNanos = nowNanos + delay.toNanos();
    }

    /** Notes a success. */
    void succeeded() {
        delay = Duration.ZERO;
    }

    boolean isFailing() {
        return !delay.isZero();
    }

    /** Returns how long to wait before the next try; zero or less if it is due. */
    long remainingNanos(long nowNanos) {
        return isFailing() ? dueNanos - nowNanos : 0;
    }
}
