package mesh.ambit.istiod.push;

import java.time.Duration;

/**
 * Bounds how many streams begin in a second: when a controller comes back, all nodes call at once.
 *
 * <p>A bucket that fills at the given rate and holds one second's worth. Decides by the time it is given. Thread-safe.
 */
final class AdmissionRate {
    /** The answer for a stream that would wait too long. */
    static final long REFUSED = -1;

    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final long intervalNanos;
    private boolean started;
    private long nextNanos;

    /** Creates one that admits {@code perSecond} streams a second. */
    AdmissionRate(int perSecond) {
        intervalNanos = SECOND_NANOS / perSecond;
    }

    /**
     * Returns how long a stream that comes at {@code nowNanos} has to wait, or {@link #REFUSED} if that is more than a
     * second; times are of one monotonic clock.
     */
    synchronized long reserve(long nowNanos) {
        // A full bucket: one second's worth may come at once.
        long earliest = nowNanos - SECOND_NANOS + intervalNanos;
        if (!started || nextNanos - earliest < 0) {
            started = true;
            nextNanos = earliest;
        }
        long wait = Math.max(0, nextNanos - nowNanos);
        if (wait > SECOND_NANOS) {
            return REFUSED;
        }
        nextNanos += intervalNanos;
        return wait;
    }
}
