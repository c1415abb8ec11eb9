package mesh.ambit.xds;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * Names that connections wait for. Whoever waits for one name is released together; a name is asked for once while it is
 * open, however many wait.
 *
 * <p>There is no time limit, as upstream has none: a connection that ends takes its wait along. What is open is limited
 * instead. Belongs to one thread; futures are completed by the caller's means, so that nobody is called back halfway.
 */
final class Demands {
    /** Names that may be open at once; about 10 MB of them. */
    static final int MAX_OPEN = 10_000;

    private final int limit;
    private final Map<String, List<CompletableFuture<Void>>> open = new LinkedHashMap<>();
    /** Open names that no stream has been told yet. */
    private final Queue<String> unasked = new ArrayDeque<>();

    Demands() {
        this(MAX_OPEN);
    }

    Demands(int limit) {
        this.limit = limit;
    }

    /** Takes one who waits for {@code name}. Returns false when too many names are open. */
    boolean add(String name, CompletableFuture<Void> waiter) {
        List<CompletableFuture<Void>> waiters = open.get(name);
        if (waiters == null) {
            if (open.size() >= limit && !forgetAbandoned()) {
                return false;
            }
            waiters = new ArrayList<>();
            open.put(name, waiters);
            unasked.add(name);
        }
        waiters.add(waiter);
        return true;
    }

    /** Forgets one who waits no longer; the name stays open, since the control plane may have been asked. */
    @SuppressWarnings("ReferenceEquality") // A future equals nothing but itself.
    void remove(String name, CompletableFuture<Void> waiter) {
        List<CompletableFuture<Void>> waiters = open.get(name);
        if (waiters != null) {
            waiters.removeIf(other -> other == waiter);
        }
    }

    /** Returns the names to ask for on the stream that is open; they count as asked from here on. */
    List<String> ask() {
        List<String> names = List.copyOf(unasked);
        unasked.clear();
        return names;
    }

    /** Returns who waited for any of {@code names}, which are no longer open. */
    List<CompletableFuture<Void>> answered(Collection<String> names) {
        List<CompletableFuture<Void>> released = new ArrayList<>();
        for (String name : names) {
            List<CompletableFuture<Void>> waiters = open.remove(name);
            if (waiters != null) {
                released.addAll(waiters);
            }
        }
        return released;
    }

    /** Returns everybody who waits; nothing is open any more. */
    List<CompletableFuture<Void>> abandon() {
        List<CompletableFuture<Void>> all =
                open.values().stream().flatMap(List::stream).toList();
        open.clear();
        unasked.clear();
        return all;
    }

    /** Drops the oldest name that nobody waits for any more. */
    private boolean forgetAbandoned() {
        for (Iterator<Map.Entry<String, List<CompletableFuture<Void>>>> all =
                        open.entrySet().iterator();
                all.hasNext(); ) {
            Map.Entry<String, List<CompletableFuture<Void>>> entry = all.next();
            if (entry.getValue().isEmpty()) {
                unasked.remove(entry.getKey());
                all.remove();
                return true;
            }
        }
        return false;
    }
}
