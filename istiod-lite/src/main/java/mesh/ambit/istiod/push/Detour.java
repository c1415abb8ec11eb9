package mesh.ambit.istiod.push;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How long a client that is told of other routes may keep what its former ones name.
 *
 * <p>It takes new routes before it lets go of what they replace, and that only once it knows what they lead to. For one
 * thread.
 */
final class Detour {
    /** From the last routes that it was told of. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** In all, however often routes change meanwhile. */
    private static final Duration LONGEST = Duration.ofSeconds(6);

    private final LongSupplier nanoTime;
    private boolean wasTold;
    private long toldNanos;
    private boolean holds;
    private long holdsSinceNanos;
    private boolean wakes;
    private long wakesNanos;

    Detour() {
        this(System::nanoTime);
    }

    Detour(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The client was just told of other routes. */
    void told() {
        wasTold = true;
        toldNanos = nanoTime.getAsLong();
    }

    /**
     * Returns whether the client may keep what leads nowhere any more.
     *
     * @param toldNext whether it will be told of other routes in a moment
     */
    boolean mayHold(BooleanSupplier toldNext) {
        long now = nanoTime.getAsLong();
        if (holds && now - holdsSinceNanos >= LONGEST.toNanos()) {
            return false;
        }
        return (wasTold && now - toldNanos < GRACE.toNanos()) || toldNext.getAsBoolean();
    }

    /**
     * Notes whether the client keeps anything.
     *
     * @param wakeLater gets the client looked at again after a time
     */
    void held(boolean any, Consumer<Duration> wakeLater) {
        long now = nanoTime.getAsLong();
        if (any && !holds) {
            holdsSinceNanos = now;
        }
        holds = any;
        if (any && !(wakes && now - wakesNanos < 0)) {
            wakes = true;
            wakesNanos = now + GRACE.toNanos();
            wakeLater.accept(GRACE);
        }
    }
}
