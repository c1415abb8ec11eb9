package mesh.ambit.perf.report;

import java.util.Arrays;
import java.util.List;

/** What a few numbers say. None of it is defined for no numbers at all. */
public final class Statistics {
    private Statistics() {}

    /** Returns the middle one, or the mean of the two in the middle. */
    public static double median(List<Double> values) {
        double[] sorted = sorted(values);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public static double min(List<Double> values) {
        return sorted(values)[0];
    }

    public static double max(List<Double> values) {
        return sorted(values)[values.size() - 1];
    }

    /**
     * Returns the slope of the straight line through points {@code (x, y)} that fits best by least squares; 0 where all
     * are at the same {@code x}.
     */
    public static double slope(List<Double> x, List<Double> y) {
        if (x.size() != y.size() || x.isEmpty()) {
            throw new IllegalArgumentException(x.size() + " x and " + y.size() + " y (expected: as many, and some)");
        }
        double meanX = mean(x);
        double meanY = mean(y);
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < x.size(); i++) {
            covariance += (x.get(i) - meanX) * (y.get(i) - meanY);
            variance += (x.get(i) - meanX) * (x.get(i) - meanX);
        }
        return variance == 0 ? 0 : covariance / variance;
    }

    static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static double[] sorted(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }
}
