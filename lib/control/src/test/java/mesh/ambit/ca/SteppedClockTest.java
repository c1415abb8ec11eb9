package mesh.ambit.ca;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class SteppedClockTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private Instant wall = START;
    private long ticks = Long.MAX_VALUE - 5;
    private final SteppedClock clock = new SteppedClock(() -> wall, () -> ticks);

    private void pass(Duration time) {
        wall = wall.plus(time);
        ticks += time.toNanos();
    }

    @Test
    void timeThatPassesIsNoStep() {
        pass(Duration.ofHours(30));
        assertThat(clock.step()).isZero();
        assertThat(clock.wall()).isEqualTo(START.plus(Duration.ofHours(30)));
    }

    @Test
    void stepsAreToldOnceInBothDirections() {
        pass(Duration.ofSeconds(5));
        wall = wall.plusSeconds(3600);
        assertThat(clock.step()).isEqualTo(Duration.ofHours(1));
        pass(Duration.ofSeconds(5));
        assertThat(clock.step()).isZero();
        wall = wall.minusSeconds(7200);
        assertThat(clock.step()).isEqualTo(Duration.ofHours(-2));
        assertThat(clock.wall()).isEqualTo(START.plusSeconds(10 - 3600));
    }

    @Test
    void steeringIsNoStep() {
        for (int i = 0; i < 100; i++) {
            ticks += TimeUnit.SECONDS.toNanos(30);
            wall = wall.plusMillis(30_900);
            assertThat(clock.step()).isZero();
        }
    }
}
