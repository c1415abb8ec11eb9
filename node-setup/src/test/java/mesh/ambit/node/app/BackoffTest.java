package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff();

    @Test
    void nothingWaitsBeforeTheFirstFailure() {
        assertThat(backoff.remainingNanos(0)).isZero();
        assertThat(backoff.isFailing()).isFalse();
    }

    @Test
    void waitsDoubleUpToALimit() {
        for (long millis : new long[] {500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000}) {
            backoff.failed(0);
            assertThat(Duration.ofNanos(backoff.remainingNanos(0))).isEqualTo(Duration.ofMillis(millis));
        }
        assertThat(backoff.remainingNanos(Duration.ofSeconds(16).toNanos())).isNegative();
    }

    @Test
    void successForgetsFailures() {
        backoff.failed(0);
        backoff.failed(0);

        backoff.succeeded();

        assertThat(backoff.remainingNanos(0)).isZero();
        backoff.failed(0);
        assertThat(Duration.ofNanos(backoff.remainingNanos(0))).isEqualTo(Duration.ofMillis(500));
    }
}
