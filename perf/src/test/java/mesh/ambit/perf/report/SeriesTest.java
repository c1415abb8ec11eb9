package mesh.ambit.perf.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class SeriesTest {
    @Test
    void whatStaysIsFlat() {
        assertThat(series(seconds -> 100 + seconds % 20 / 10).isFlat()).isTrue();
    }

    @Test
    void whatGrowsSteadilyIsNotFlatHoweverSlowly() {
        Series leak = series(seconds -> 100 + seconds * 0.02);

        assertThat(leak.slope()).isEqualTo(0.02, within(1e-9));
        assertThat(leak.growth()).isEqualTo(0.02 * 1200, within(0.5));
        assertThat(leak.isFlat()).isFalse();
    }

    @Test
    void whatGrowsOnlyAtTheBeginningIsFlat() {
        assertThat(series(seconds -> Math.min(seconds, 500)).isFlat()).isTrue();
    }

    @Test
    void whatShrinksIsFlat() {
        assertThat(series(seconds -> 1000 - seconds / 2).isFlat()).isTrue();
    }

    @Test
    void nothingAndLittleAreFlat() {
        assertThat(new Series("x", "", 0, List.of()).isFlat()).isTrue();
        assertThat(new Series("x", "", 0, List.of()).with(1, 1).with(2, 100).isFlat())
                .isTrue();
    }

    @Test
    void reportNamesWhatGrows() {
        SoakReport report = new SoakReport(
                Instant.EPOCH,
                new Machine("p", 2, "1 GiB", "6", "bbr", "25"),
                "ambit",
                List.of("Load."),
                List.of(series(seconds -> 5), series(seconds -> seconds)),
                7);

        assertThat(report.isFlat()).isFalse();
        assertThat(report.text()).contains("flat", "GROWS", "7 failed operations; NOT everything is flat");
        assertThat(report.html()).startsWith("<!doctype html>").contains("Something grows", "polyline");
        assertThat(report.json()).contains("\"flat\": false");
    }

    private static Series series(DoubleUnaryOperator value) {
        Series series = new Series("x", "MB", 4, List.of());
        for (int seconds = 10; seconds <= 1800; seconds += 10) {
            series = series.with(seconds, value.applyAsDouble(seconds));
        }
        return series;
    }
}
