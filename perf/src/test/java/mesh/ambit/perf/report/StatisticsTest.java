package mesh.ambit.perf.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void medianOfAnOddNumberIsTheMiddleOneInAnyOrder() {
        assertThat(Statistics.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2.0);
    }

    @Test
    void medianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(Statistics.median(List.of(4.0, 100.0, 2.0, 1.0))).isEqualTo(3.0);
    }

    @Test
    void spreadIsFromTheLeastToTheMost() {
        List<Double> values = List.of(3.0, -1.0, 7.0);

        assertThat(Statistics.min(values)).isEqualTo(-1.0);
        assertThat(Statistics.max(values)).isEqualTo(7.0);
    }

    @Test
    void slopeOfALineIsItsSlopeAndNoiseAroundItCancels() {
        assertThat(Statistics.slope(List.of(0.0, 1.0, 2.0, 3.0), List.of(5.0, 7.0, 9.0, 11.0)))
                .isEqualTo(2.0, within(1e-9));
        assertThat(Statistics.slope(List.of(0.0, 1.0, 2.0, 3.0), List.of(1.0, -1.0, -1.0, 1.0)))
                .isEqualTo(0.0, within(1e-9));
    }

    @Test
    void slopeOfPointsAboveOneAnotherIsZero() {
        assertThat(Statistics.slope(List.of(1.0, 1.0), List.of(0.0, 9.0))).isEqualTo(0.0);
    }

    @Test
    void nothingHasNoStatistics() {
        assertThatIllegalArgumentException().isThrownBy(() -> Statistics.median(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> Statistics.slope(List.of(), List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> Statistics.slope(List.of(1.0), List.of(1.0, 2.0)));
    }
}
