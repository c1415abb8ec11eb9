package mesh.ambit.perf.measure;

import java.time.Duration;

/**
 * How long things take.
 *
 * @param rounds of turns
 * @param length of each look
 * @param settle before it
 * @param warmUpLooks at each kind of traffic before the first round, at most
 */
public record Pace(int rounds, Duration length, Duration settle, int warmUpLooks) {
    /** Rounds of a few hundred milliseconds: to see that it works, not to be quoted. */
    public static final Pace QUICK = new Pace(1, Duration.ofMillis(300), Duration.ofMillis(100), 1);

    private static final int MOST_WARM_UP_LOOKS = 20;
    private static final Duration SETTLE = Duration.ofMillis(300);

    /** Returns the pace for looks of {@code length}. */
    public static Pace of(int rounds, Duration length) {
        return new Pace(rounds, length, SETTLE, MOST_WARM_UP_LOOKS);
    }
}
