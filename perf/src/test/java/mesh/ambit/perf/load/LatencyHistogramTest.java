package mesh.ambit.perf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyHistogramTest {
    private final LatencyHistogram histogram = new LatencyHistogram();

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 63, 64, 127, 128, 129, 1_000, 65_535, 1_000_000, 123_456_789, 60_000_000_000L})
    void everyPercentileOfOneValueIsThatValueToTheWidthOfABucket(long value) {
        histogram.record(value);

        assertThat((double) histogram.percentileNanos(50)).isCloseTo((double) value, withinPercentage(1.6));
        assertThat(histogram.maxNanos()).isEqualTo(value);
    }

    @Test
    void percentilesCutWhereTheyShould() {
        for (int i = 1; i <= 1_000; i++) {
            histogram.record(i * 1_000L);
        }

        assertThat((double) histogram.percentileNanos(50)).isCloseTo(500_000, withinPercentage(1.6));
        assertThat((double) histogram.percentileNanos(99)).isCloseTo(990_000, withinPercentage(1.6));
        assertThat(histogram.percentileNanos(100)).isEqualTo(1_000_000);
        assertThat(histogram.meanNanos()).isEqualTo(500_500);
    }

    @Test
    void whatIsOutOfRangeCountsAsTheLongest() {
        histogram.record(Long.MAX_VALUE);
        histogram.record(-5);

        assertThat(histogram.count()).isEqualTo(2);
        assertThat(histogram.percentileNanos(50)).isZero();
        assertThat(histogram.maxNanos()).isEqualTo((1L << 40) - 1);
    }

    @Test
    void addedHistogramsCountTogether() {
        LatencyHistogram other = new LatencyHistogram();
        histogram.record(10);
        other.record(30);
        histogram.add(other);

        assertThat(histogram.count()).isEqualTo(2);
        assertThat(histogram.meanNanos()).isEqualTo(20);
        assertThat(histogram.maxNanos()).isEqualTo(30);
    }

    @Test
    void nothingIsLeftAfterClear() {
        histogram.record(10);
        histogram.clear();

        assertThat(histogram.count()).isZero();
        assertThat(histogram.percentileNanos(99)).isZero();
        assertThat(histogram.meanNanos()).isZero();
    }
}
