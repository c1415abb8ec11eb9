package mesh.ambit.ztunnel.inpod;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import mesh.ambit.relay.CutReason;
import mesh.ambit.telemetry.Direction;
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

        /** Returns what the configuration dump shows of it; null before its destination is decided. */
        @Nullable
        View view();
    }

    /**
     * A connection as the configuration dump shows it.
     *
     * @param originalDestination what an application dialled, or the host that a tunnel's peer named; null when unknown
     * @param protocol {@code TCP} or {@code HBONE}
     */
    public record View(
            Direction direction,
            String source,
            @Nullable String originalDestination,
            String actualDestination,
            String protocol) {}

    /** Written while the pod's proxy is made, read-only from then on. */
    private final IdentityHashMap<EventExecutor, Set<Live>> byLoop = new IdentityHashMap<>();

    private final List<Rejudging> rejudgings = new ArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;

    public LiveConnections(EventLoopGroup loops) {
        for (EventExecutor loop : loops) {
            Set<Live> connections = new HashSet<>();
            byLoop.put(loop, connections);
            rejudgings.add(new Rejudging(loop, connections));
        }
    }

    /** Adds a connection that lives on {@code loop}, which is the calling one. */
    public void add(EventExecutor loop, Live connection) {
        count.incrementAndGet();
        setOf(loop).add(connection);
    }

    /** Removes a connection of {@code loop}, the calling one; no effect if it is not there. */
    public void remove(EventExecutor loop, Live connection) {
        if (setOf(loop).remove(connection) && count.decrementAndGet() == 0 && draining) {
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

    /** Has {@code action} called for each connection, on its loop. From any thread. */
    public void forEach(Consumer<Live> action) {
        if (count.get() == 0) {
            return;
        }
        byLoop.forEach((loop, connections) ->
                execute(loop, () -> List.copyOf(connections).forEach(action)));
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
            if (!execute(loop, () -> part.complete(viewsOf(connections)))) {
                part.complete(List.of());
            }
            parts.add(part);
        });
        return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ ->
                        parts.stream().flatMap(part -> part.join().stream()).toList());
    }

    private Set<Live> setOf(EventExecutor loop) {
        assert loop.inEventLoop();
        Set<Live> connections = byLoop.get(loop);
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
