package mesh.ambit.perf.load;

import java.util.Arrays;

/**
 * Counts durations in buckets that are at most 1.6 % wide, from nanoseconds to minutes, in constant memory. Recording
 * allocates nothing. Not thread-safe.
 */
public final class LatencyHistogram {
    /** Buckets for each doubling: 2^6. */
    private static final int SUB_BITS = 6;

    private static final int SUB_BUCKETS = 1 << SUB_BITS;
    private static final int MAX_BITS = 40;

    private final long[] counts = new long[(MAX_BITS - SUB_BITS + 1) * SUB_BUCKETS];
    private long count;
    private long sum;
    private long max;

    /** Counts one duration; what is longer than 18 minutes counts as that. */
    public void record(long nanos) {
        long value = Math.clamp(nanos, 0, (1L << MAX_BITS) - 1);
        counts[index(value)]++;
        count++;
        sum += value;
        max = Math.max(max, value);
    }

    /** Adds everything that {@code other} counted. */
    public void add(LatencyHistogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        sum += other.sum;
        max = Math.max(max, other.max);
    }

    /** Forgets everything. */
    public void clear() {
        Arrays.fill(counts, 0);
        count = 0;
        sum = 0;
        max = 0;
    }

    public long count() {
        return count;
    }

    /** Returns the longest duration, exactly. */
    public long maxNanos() {
        return max;
    }

    /** Returns the mean, 0 of nothing. */
    public double meanNanos() {
        return count == 0 ? 0 : (double) sum / count;
    }

    /**
     * Returns the duration that {@code percent} of the recorded ones do not exceed, to the width of a bucket; 0 of
     * nothing.
     *
     * @param percent above 0, at most 100
     */
    public long percentileNanos(double percent) {
        if (count == 0) {
            return 0;
        }
        long rank = Math.max(1, (long) Math.ceil(percent / 100 * count));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return Math.min(max, middle(i));
            }
        }
        return max;
    }

    private static int index(long value) {
        int magnitude = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - SUB_BITS - 1);
        return magnitude * SUB_BUCKETS + (int) (value >>> magnitude);
    }

    private static long middle(int index) {
        if (index < 2 * SUB_BUCKETS) {
            return index;
        }
        int magnitude = index / SUB_BUCKETS - 1;
        long low = (long) (index - magnitude * SUB_BUCKETS) << magnitude;
        return low + (1L << magnitude) / 2;
    }
}
