package mesh.ambit.ztunnel.outbound;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections this process has open to each workload. Kept only where a service is balanced by it, since every
 * loop counts here. Thread-safe.
 */
public final class EndpointLoads implements EndpointLoad {
    private final ConcurrentHashMap<String, AtomicInteger> open = new ConcurrentHashMap<>();

    @Override
    public int connections(String workloadUid) {
        AtomicInteger count = open.get(workloadUid);
        return count == null ? 0 : count.get();
    }

    /** Counts a connection, from the choice of its endpoint on. */
    void opened(String workloadUid) {
        open.compute(workloadUid, (_, count) -> {
            AtomicInteger next = count == null ? new AtomicInteger() : count;
            next.incrementAndGet();
            return next;
        });
    }

    /** Counts it down; a workload without connections is forgotten. */
    void closed(String workloadUid) {
        open.computeIfPresent(workloadUid, (_, count) -> count.decrementAndGet() <= 0 ? null : count);
    }
}
