package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "24h, PT24H",
        "1h30m, PT1H30M",
        "1h 30m, PT1H30M",
        "1 m, PT1M",
        "1min, PT1M",
        "1 hour, PT1H",
        "1S, PT1S",
        "90, PT1M30S",
        "0, PT0S",
        "500ms, PT0.5S",
        "1us, PT0.000001S",
        "1w, PT168H",
        "1mon, PT720H",
        "1y, PT8760H",
        "1m+1s, PT1M1S",
        "1m*60, PT1H"
    })
    void readsUpstreamsNotation(String text, Duration expected) {
        assertThat(DurationText.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "s", "-1s", "+1s", "1.5s", "1x", "1m-1s", "99999999999999999999s", "9999999999y", "abc"})
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> DurationText.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
