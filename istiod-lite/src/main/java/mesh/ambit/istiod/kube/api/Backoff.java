package mesh.ambit.istiod.kube.api;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before the next attempt: twice as long each time, up to a limit, never the same for everybody. */
final class Backoff {
    static final Duration FIRST = Duration.ofMillis(200);
    static final Duration LONGEST = Duration.ofSeconds(30);

    private final RandomGenerator random;
    private long nextMillis = FIRST.toMillis();

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** Returns the time to wait now: between half and the whole of the step. */
    Duration next() {
        long step = nextMillis;
        nextMillis = Math.min(2 * step, LONGEST.toMillis());
        return Duration.ofMillis(step / 2 + random.nextLong(step / 2 + 1));
    }

    /** Begins anew after a success. */
    void reset() {
        nextMillis = FIRST.toMillis();
    }
}
