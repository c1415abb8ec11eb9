package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 4", "5, 16", "6, 30", "1000, 30"})
    void eachDeathDoublesTheWaitUpToHalfAMinute(int deaths, int seconds) {
        assertThat(Backoff.after(deaths)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void whoLivedLongBeginsAnew() {
        assertThat(Backoff.deaths(4, Duration.ofSeconds(10))).isEqualTo(5);
        assertThat(Backoff.deaths(4, Duration.ofMinutes(2))).isEqualTo(1);
    }
}
