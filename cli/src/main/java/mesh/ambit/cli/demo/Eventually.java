package mesh.ambit.cli.demo;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Looks until something is seen. */
final class Eventually {
    private static final long LOOK_EVERY_MILLIS = 20;

    private Eventually() {}

    /**
     * Returns what {@code look} sees as soon as it is not null.
     *
     * @throws StepFailedException saying {@code expected} if that takes longer than {@code limit}
     */
    static <T> T see(String expected, Duration limit, Supplier<@Nullable T> look) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            T seen = look.get();
            if (seen != null) {
                return seen;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new StepFailedException("not within " + limit.toSeconds() + " s: " + expected);
            }
            try {
                Thread.sleep(LOOK_EVERY_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StepFailedException("interrupted");
            }
        }
    }

    /** As {@link #see}, for a condition; returns how long it took. */
    static Duration holds(String expected, Duration limit, Supplier<Boolean> condition) {
        long begin = System.nanoTime();
        see(expected, limit, () -> condition.get() ? Boolean.TRUE : null);
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
