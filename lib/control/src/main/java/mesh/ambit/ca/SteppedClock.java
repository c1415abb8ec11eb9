package mesh.ambit.ca;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** A wall clock, beside one that is never set and tells when the first has been. For one thread. */
final class SteppedClock {
    /** Wall clocks are steered by less than this between two looks; more is a step. */
    private static final Duration MIN_STEP = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final LongSupplier ticker;
    private Instant wall;
    private long ticks;

    /**
     * Creates one.
     *
     * @param ticker nanoseconds that pass whatever happens to {@code clock}
     */
    SteppedClock(InstantSource clock, LongSupplier ticker) {
        this.clock = clock;
        this.ticker = ticker;
        this.wall = clock.instant();
        this.ticks = ticker.getAsLong();
    }

    /** Looks at both clocks, and returns by how much the wall clock was set since the last look; zero if it was not. */
    Duration step() {
        Instant wallNow = clock.instant();
        long ticksNow = ticker.getAsLong();
        Duration step = Duration.between(wall, wallNow).minusNanos(ticksNow - ticks);
        wall = wallNow;
        ticks = ticksNow;
        return step.abs().compareTo(MIN_STEP) > 0 ? step : Duration.ZERO;
    }

    /** Returns the wall's time of the last look. */
    Instant wall() {
        return wall;
    }
}
