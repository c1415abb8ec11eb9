package mesh.ambit.ztunnel.inpod;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import mesh.ambit.relay.CutReason;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.OpenConnection;
import mesh.ambit.ztunnel.limits.ConnectionLimits;
import mesh.ambit.ztunnel.limits.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one pod. Each is kept by the event loop that it lives on, so keeping one costs a set of that loop
 * and no lock; who wants to reach all of them asks every loop.
 */
public final class LiveConnections {
    /** A connection, called on its loop only. */
    public interface Live {
        /** Ends it now. */
        void cut(CutReason reason);

        /** Judges it again by the policies as they stand. */
        default void judgeAgain() {}

        /** Returns on whose behalf it is, as far as that is known when it is added; null otherwise. */
        default ConnectionLimits.@Nullable Owner owner() {
            return null;
        }

        /** Returns what people are shown of it; null before its destination is decided. */
        @Nullable
        View view();
    }

    /**
     * A connection as people are shown it.
     *
     * @param originalDestination what an application dialled, or the host that a tunnel's peer named; null when unknown
     * @param protocol {@code TCP}, {@code HBONE} or {@code DOUBLEHBONE}
     * @param standing how far it has got; null as long as it is not reported
     */
    public record View(
            Direction direction,
            String source,
            @Nullable String originalDestination,
            String actualDestination,
            String protocol,
            OpenConnection.@Nullable Standing standing) {}

    /** With the owner of each, null where nobody knows. Written while the pod's proxy is made, read-only from then on. */
    private final IdentityHashMap<EventExecutor, Map<Live, ConnectionLimits.@Nullable Owner>> byLoop =
            new IdentityHashMap<>();

    private final @Nullable ConnectionLimits limits;

    private final List<Rejudging> rejudgings = new ArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;

    /** Creates an empty set without limits. */
    public LiveConnections(EventLoopGroup loops) {
        this(loops, null);
    }

    /** Creates an empty set; null for {@code limits} limits nothing. */
    public LiveConnections(EventLoopGroup loops, @Nullable ConnectionLimits limits) {
        this.limits = limits;
        for (EventExecutor loop : loops) {
            Map<Live, ConnectionLimits.@Nullable Owner> connections = new HashMap<>();
            byLoop.put(loop, connections);
            rejudgings.add(new Rejudging(loop, connections.keySet()));
        }
    }

    /**
     * Says whether one more connection is refused, and calls {@code log} with the reason unless that has just been said
     * of others. To be asked before it is added.
     */
    public boolean refuses(Direction direction, ConnectionLimits.@Nullable Owner owner, Consumer<String> log) {
        Refusal refusal = limits == null ? null : limits.refusal(direction, count.get(), owner);
        if (refusal != null && limits != null && limits.mayLog()) {
            log.accept(refusal.text());
        }
        return refusal != null;
    }

    /** Adds a connection that lives on {@code loop}, which is the calling one. */
    public void add(EventExecutor loop, Live connection) {
        count.incrementAndGet();
        ConnectionLimits.Owner owner = connection.owner();
        if (limits != null) {
            limits.opened(owner);
        }
        setOf(loop).put(connection, owner);
    }

    /** Removes a connection of {@code loop}, the calling one; no effect if it is not there. */
    public void remove(EventExecutor loop, Live connection) {
        Map<Live, ConnectionLimits.@Nullable Owner> connections = setOf(loop);
        if (!connections.containsKey(connection)) {
            return;
        }
        ConnectionLimits.Owner owner = connections.remove(connection);
        if (limits != null) {
            limits.closed(owner);
        }
        if (count.decrementAndGet() == 0 && draining) {
            drained.complete(null);
        }
    }

    /** Returns how many there are. From any thread. */
    public int count() {
        return count.get();
    }

    /**
     * Completes when every loop has looked at what listeners handed it before. Asked after the listeners are closed: what
     * they accepted last is counted from then on.
     */
    public CompletionStage<Void> settled() {
        return views().thenRun(() -> {});
    }

    /** Completes when the last connection has gone; asked when no new ones can come any more. */
    public CompletionStage<Void> whenEmpty() {
        draining = true;
        if (count.get() == 0) {
            drained.complete(null);
        }
        return drained;
    }

    /**
     * Has {@code action} called for each connection, on its loop. From any thread. Those are counted in whose listeners were
     * closed before: what these accepted last may still be on its way to its loop, uncounted, but ahead of the action.
     */
    public void forEach(Consumer<Live> action) {
        byLoop.forEach((loop, connections) ->
                execute(loop, () -> List.copyOf(connections.keySet()).forEach(action)));
    }

    /**
     * Has every connection judged again that is there now, on its loop and in small portions: what else the loop has to
     * do goes on in between. From any thread.
     */
    public void judgeAgain() {
        if (count.get() > 0) {
            rejudgings.forEach(Rejudging::ask);
        }
    }

    /** Collects the views of all connections. From any thread. */
    public CompletionStage<List<View>> views() {
        List<CompletableFuture<List<View>>> parts = new ArrayList<>();
        byLoop.forEach((loop, connections) -> {
            CompletableFuture<List<View>> part = new CompletableFuture<>();
            if (!execute(loop, () -> part.complete(viewsOf(connections.keySet())))) {
                part.complete(List.of());
            }
            parts.add(part);
        });
        return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ ->
                        parts.stream().flatMap(part -> part.join().stream()).toList());
    }

    private Map<Live, ConnectionLimits.@Nullable Owner> setOf(EventExecutor loop) {
        assert loop.inEventLoop();
        Map<Live, ConnectionLimits.@Nullable Owner> connections = byLoop.get(loop);
        if (connections == null) {
            throw new IllegalArgumentException("not one of our event loops: " + loop);
        }
        return connections;
    }

    private static List<View> viewsOf(Set<Live> connections) {
        List<View> views = new ArrayList<>(connections.size());
        for (Live connection : connections) {
            View view = connection.view();
            if (view != null) {
                views.add(view);
            }
        }
        return views;
    }

    /** False when the loop has ended, and its connections with it. */
    private static boolean execute(EventExecutor loop, Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }
}
