package mesh.ambit.cli.up;

import java.time.Duration;

/** How long a program that died waits for its next start. */
final class Backoff {
    static final Duration FIRST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofSeconds(30);

    /** Who lived this long is healthy again: its next death is a first one. */
    static final Duration HEALTHY = Duration.ofMinutes(1);

    private Backoff() {}

    /** Returns the wait after {@code deaths} deaths in a row, the last one counted: 1 s, 2 s, 4 s … 30 s. */
    static Duration after(int deaths) {
        Duration wait = FIRST.multipliedBy(1L << Math.min(Math.max(deaths - 1, 0), 10));
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    /** Returns the deaths in a row after one more death of a program that lived for {@code life}. */
    static int deaths(int before, Duration life) {
        return life.compareTo(HEALTHY) >= 0 ? 1 : before + 1;
    }
}
