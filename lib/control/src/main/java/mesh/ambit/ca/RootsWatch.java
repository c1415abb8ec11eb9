package mesh.ambit.ca;

import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Notices that the mesh's roots are others than they were. For one thread. */
final class RootsWatch {
    /** Looking at the roots may mean reading a file. */
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final Supplier<? extends List<?>> source;
    private final LongSupplier ticker;
    private List<?> known = List.of();
    private long looked;

    /**
     * Creates one.
     *
     * @param source the roots of the moment; none while they cannot be read
     * @param ticker nanoseconds, which decide when to look again
     */
    RootsWatch(Supplier<? extends List<?>> source, LongSupplier ticker) {
        this.source = source;
        this.ticker = ticker;
    }

    /** Returns whether there are others now; looks every ten seconds at most. The first that are seen are no change. */
    boolean haveChanged() {
        long ticks = ticker.getAsLong();
        if (!known.isEmpty() && ticks - looked < INTERVAL.toNanos()) {
            return false;
        }
        looked = ticks;
        List<?> roots = source.get();
        if (roots.isEmpty() || roots.equals(known)) {
            return false;
        }
        boolean first = known.isEmpty();
        known = roots;
        return !first;
    }
}
