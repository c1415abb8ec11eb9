package mesh.ambit.model;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Gives one object for equal values as far as it remembers them, so that ten thousand connections between the same two
 * pods do not keep ten thousand copies of what is known of these.
 *
 * <p>It remembers one value for each of {@value #SLOTS} remainders of their hash codes, the last one that came. Who
 * chooses values that push each other out costs memory, no time. Thread-safe for immutable values.
 *
 * @param <T> an immutable type with {@code equals} and {@code hashCode}
 */
public final class RecentValues<T> {
    private static final int SLOTS = 256;

    private final AtomicReferenceArray<T> slots = new AtomicReferenceArray<>(SLOTS);

    /** Returns a value that equals {@code value}: the one that is remembered, or itself, which is remembered then. */
    public T of(T value) {
        int hash = value.hashCode();
        int slot = (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (SLOTS - 1);
        // Two threads may each remember their own for a moment, which costs nothing but the second copy.
        T kept = slots.getAcquire(slot);
        if (value.equals(kept)) {
            return kept;
        }
        slots.setRelease(slot, value);
        return value;
    }
}
