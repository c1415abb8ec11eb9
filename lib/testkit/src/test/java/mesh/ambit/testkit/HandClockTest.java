package mesh.ambit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HandClockTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

    private final HandClock clock = new HandClock(START);
    private final List<String> ran = new ArrayList<>();

    @Test
    void tasksRunAtTheirTimeInOrder() {
        clock.schedule(() -> ran.add("late at " + clock.instant()), 2, TimeUnit.SECONDS);
        clock.schedule(() -> ran.add("early at " + clock.instant()), 1, TimeUnit.SECONDS);
        Future<?> cancelled = clock.schedule(() -> ran.add("never"), 1, TimeUnit.SECONDS);
        cancelled.cancel(false);

        clock.advance(Duration.ofMillis(999));
        assertThat(ran).isEmpty();

        clock.advance(Duration.ofSeconds(5));
        assertThat(ran).containsExactly("early at 2026-11-21T10:00:01Z", "late at 2026-11-21T10:00:02Z");
        assertThat(clock.instant()).isEqualTo(START.plusMillis(5_999));
    }

    @Test
    void aTaskThatSubmitsAnotherIsFinishedFirst() {
        clock.execute(() -> {
            clock.execute(() -> ran.add("second"));
            ran.add("first");
        });

        assertThat(ran).containsExactly("first", "second");
    }
}
