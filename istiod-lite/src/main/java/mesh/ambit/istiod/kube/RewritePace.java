package mesh.ambit.istiod.kube;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How often the same text may be written to the same place: what somebody else changed is put right at once, and ever more
 * slowly if he insists. So two who both believe that the place is theirs cost a write a minute, and not all that the
 * server takes. Immutable.
 *
 * @param text what was last written; null for nothing yet
 * @param writtenNanos when that was, by {@link System#nanoTime()}
 * @param interval how far the next write of the same text is from it
 */
record RewritePace(@Nullable String text, long writtenNanos, Duration interval) {
    static final RewritePace NEW = new RewritePace(null, 0, Duration.ZERO);

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** After so long without a write nobody insists any more. */
    private static final Duration CALM = LONGEST.multipliedBy(10);

    /** Returns how long to wait before {@code wanted} is written at {@code nowNanos}; zero for no time. */
    Duration wait(String wanted, long nowNanos) {
        if (!wanted.equals(text)) {
            return Duration.ZERO;
        }
        Duration left = interval.minusNanos(nowNanos - writtenNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Returns the pace after {@code wanted} was written at {@code nowNanos}. */
    RewritePace wrote(String wanted, long nowNanos) {
        Duration next;
        if (!wanted.equals(text) || nowNanos - writtenNanos > CALM.toNanos()) {
            next = Duration.ZERO;
        } else if (interval.isZero()) {
            next = SHORTEST;
        } else {
            next = interval.multipliedBy(2);
        }
        return new RewritePace(wanted, nowNanos, next.compareTo(LONGEST) > 0 ? LONGEST : next);
    }
}
