package mesh.ambit.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "24h, PT24H",
        "5m, PT5M",
        "180s, PT3M",
        "100ms, PT0.1S",
        "1h30m, PT1H30M",
        "1.5h, PT1H30M",
        "1d, PT24H",
        "0s, PT0S",
        "90, PT1M30S",
        "250us, PT0.00025S"
    })
    void readsUpstreamsNotation(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "h", "-1s", "1x", "1h 30m", "s1", "99999999999999h"})
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void printsWhatItReads() {
        Duration duration = Duration.ofMinutes(90).plusMillis(250);

        assertThat(Durations.print(duration)).isEqualTo("1h30m250ms");
        assertThat(Durations.parse(Durations.print(duration))).isEqualTo(duration);
    }
}
