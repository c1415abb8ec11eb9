package mesh.ambit.ztunnel.limits;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import mesh.ambit.hbone.TunnelGuards;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.RecentValues;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.LimitMetrics;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether one more connection is taken, for all pods of the process. Thread-safe.
 *
 * <p>Event loops decide side by side and count afterwards, so a limit may be exceeded by one connection for each loop: it
 * is there to keep the process alive, not to be exact.
 */
public final class ConnectionLimits {
    /** Refusals come in storms; one line in this time says enough, and the metric counts them all. */
    private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** On whose behalf a connection is. */
    public record Owner(Direction direction, SpiffeId identity) {
        private static final RecentValues<Owner> RECENT = new RecentValues<>();

        /** Returns the owner, one object for all its connections as a rule. */
        public static Owner of(Direction direction, SpiffeId identity) {
            return RECENT.of(new Owner(direction, identity));
        }

        /** Written out: a record's own goes through method handles, slow until they are compiled, and this is a key of the data path. */
        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Owner other && direction == other.direction && identity.equals(other.identity);
        }

        @Override
        public int hashCode() {
            return 31 * direction.hashCode() + identity.hashCode();
        }
    }

    private final LimitSettings settings;
    private final Overload overload;
    private final LimitMetrics metrics;
    private final LongSupplier nanoTime;

    /** Touched once when a connection opens and once when it ends, by the loop that it lives on. */
    private final ConcurrentHashMap<Owner, Integer> open = new ConcurrentHashMap<>();

    private final AtomicLong lastLogNanos;

    /**
     * Creates them.
     *
     * @param nanoTime {@code System::nanoTime}, or a clock moved by hand
     */
    public ConnectionLimits(LimitSettings settings, Overload overload, LimitMetrics metrics, LongSupplier nanoTime) {
        this.settings = settings;
        this.overload = overload;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.lastLogNanos = new AtomicLong(nanoTime.getAsLong() - LOG_INTERVAL_NANOS);
    }

    /**
     * Returns why a connection is not taken, and counts that; null if it is.
     *
     * @param openOfPod how many its pod has open
     * @param owner on whose behalf it is; null when nobody can say
     */
    public @Nullable Refusal refusal(Direction direction, int openOfPod, @Nullable Owner owner) {
        Refusal refusal = decide(openOfPod, owner);
        if (refusal != null) {
            metrics.refused(direction, refusal.label());
        }
        return refusal;
    }

    private @Nullable Refusal decide(int openOfPod, @Nullable Owner owner) {
        Refusal overloaded = overload.refusal();
        if (overloaded != null) {
            return overloaded;
        }
        if (settings.connectionsPerPod() > 0 && openOfPod >= settings.connectionsPerPod()) {
            return Refusal.POD_CONNECTIONS;
        }
        if (owner != null
                && settings.connectionsPerIdentity() > 0
                && open.getOrDefault(owner, 0) >= settings.connectionsPerIdentity()) {
            return Refusal.IDENTITY_CONNECTIONS;
        }
        return null;
    }

    /** Says whether a refusal may have its line in the log now. */
    public boolean mayLog() {
        long now = nanoTime.getAsLong();
        long last = lastLogNanos.get();
        return now - last >= LOG_INTERVAL_NANOS && lastLogNanos.compareAndSet(last, now);
    }

    /** Counts a connection that has been taken. */
    public void opened(@Nullable Owner owner) {
        if (owner != null && settings.connectionsPerIdentity() > 0) {
            open.merge(owner, 1, Integer::sum);
        }
    }

    /** Counts down what {@link #opened} counted, with the same owner. */
    public void closed(@Nullable Owner owner) {
        if (owner != null && settings.connectionsPerIdentity() > 0) {
            open.computeIfPresent(owner, (_, count) -> count > 1 ? count - 1 : null);
        }
    }

    /** Returns what guards the tunnels of one pod. */
    public TunnelGuards tunnelGuards() {
        return new TunnelGuards(settings.handshakeTimeout(), settings.handshakesPerPod(), new TunnelGuards.Observer() {
            @Override
            public void onViolation(boolean server, String reason) {
                metrics.violation(server ? Direction.INBOUND : Direction.OUTBOUND, reason);
            }

            @Override
            public void onHandshakeRefused() {
                metrics.refused(Direction.INBOUND, Refusal.HANDSHAKES.label());
            }
        });
    }

    /** Returns a handler for a listener's own pipeline, one for each listener. */
    public AcceptGuard acceptGuard(Direction direction) {
        return new AcceptGuard(overload, reason -> metrics.refused(direction, reason.label()));
    }

    /** Returns what notices exhaustion. */
    public Overload overload() {
        return overload;
    }
}
