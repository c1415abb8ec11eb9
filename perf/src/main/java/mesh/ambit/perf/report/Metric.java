package mesh.ambit.perf.report;

import static java.util.Objects.requireNonNull;

/**
 * Something that has a number.
 *
 * @param key for machines, such as {@code bulk-8-up.throughput}
 * @param title for people
 * @param unit of the number
 */
public record Metric(String key, String title, String unit, Better better) {
    public Metric {
        requireNonNull(key, "key");
        requireNonNull(title, "title");
        requireNonNull(unit, "unit");
        requireNonNull(better, "better");
    }

    /** Which direction is the good one. */
    public enum Better {
        HIGHER,
        LOWER
    }

    /** Returns a metric of which one wants much. */
    public static Metric high(String key, String title, String unit) {
        return new Metric(key, title, unit, Better.HIGHER);
    }

    /** Returns a metric of which one wants little. */
    public static Metric low(String key, String title, String unit) {
        return new Metric(key, title, unit, Better.LOWER);
    }
}
