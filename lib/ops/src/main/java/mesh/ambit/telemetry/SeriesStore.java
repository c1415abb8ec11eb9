package mesh.ambit.telemetry;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The time series of a family, as many as there may be. What comes later shares an overflow series, so that peers that
 * invent names cost a bounded amount of memory and no total is lost. Thread-safe.
 *
 * @param <K> what a series is found by
 * @param <S> the series
 */
final class SeriesStore<K, S> {
    private final Map<K, S> series = new ConcurrentHashMap<>();
    private final LongAdder overflowed = new LongAdder();
    private final int limit;
    private final Function<K, S> factory;
    private final UnaryOperator<K> overflow;

    /**
     * Creates an empty store.
     *
     * @param limit how many series there may be, those of the overflow not counted; 0 for any number
     * @param overflow the key that stands for a key that came too late; must have few values
     */
    SeriesStore(int limit, Function<K, S> factory, UnaryOperator<K> overflow) {
        this.limit = limit;
        this.factory = factory;
        this.overflow = overflow;
    }

    /** Returns the series of {@code key}, or one that it shares with others when there are too many. */
    S get(K key) {
        S known = series.get(key);
        if (known != null) {
            return known;
        }
        // Two threads at the limit may add one each: it need not be exact.
        if (limit > 0 && series.size() >= limit) {
            overflowed.increment();
            return series.computeIfAbsent(overflow.apply(key), factory);
        }
        return series.computeIfAbsent(key, factory);
    }

    Collection<S> all() {
        return series.values();
    }

    /** Returns how often a key came too late. */
    long overflowed() {
        return overflowed.sum();
    }
}
