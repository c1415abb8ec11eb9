package mesh.ambit.istiod.push;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/**
 * Holds the current state of the mesh and hands each new one to every stream.
 *
 * <p>{@link #publish} is called by one thread; streams come and go on others.
 */
public final class PushHub {
    private final Executor workers;
    private final PushMetrics metrics;
    private final String startStamp;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<AdsStream> streams = new LinkedHashSet<>();
    private volatile @Nullable PushState current;
    private long count;

    /**
     * Creates one without a state.
     *
     * @param workers runs one short task for each stream and state; may use many threads
     * @param started tells our states from those of an earlier run, in the text that clients see
     */
    public PushHub(Executor workers, Instant started, PushMetrics metrics) {
        this.workers = workers;
        this.startStamp = started.toString();
        this.metrics = metrics;
    }

    /** Makes these resources the state of the mesh and pushes what differs; returns whether anything does. */
    public boolean publish(Collection<? extends MeshResource> resources, Collection<Policy> policies) {
        PushState before = current;
        PushState next =
                (before == null ? PushState.EMPTY : before).next(startStamp + "/" + (count + 1), resources, policies);
        MeshChange change = MeshChange.between(before == null ? PushState.EMPTY : before, next);
        if (before != null && change.isEmpty()) {
            return false;
        }
        count++;
        List<AdsStream> told;
        lock.lock();
        try {
            current = next;
            told = List.copyOf(streams);
            // Under the lock, so that a stream which registers now begins with this state and nothing in between.
            told.forEach(stream -> stream.offer(next, change));
        } finally {
            lock.unlock();
        }
        told.forEach(stream -> workers.execute(stream::work));
        return true;
    }

    /** Returns whether there is a state to serve. */
    public boolean hasState() {
        return current != null;
    }

    /** Returns what each client has and lacks, by connection. */
    public List<StreamStatus> status() {
        lock.lock();
        try {
            return streams.stream()
                    .map(AdsStream::status)
                    .sorted(Comparator.comparing(StreamStatus::connection))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the current state as JSON: workloads, services and policies as clients are told. */
    public String dump() {
        PushState state = current;
        return MeshDump.of(state == null ? PushState.EMPTY : state).toString();
    }

    /** Ends every stream in good order, so that clients come again at once; to us or to our successor. */
    public void closeStreams() {
        List<AdsStream> open;
        lock.lock();
        try {
            open = List.copyOf(streams);
        } finally {
            lock.unlock();
        }
        open.forEach(AdsStream::onCompleted);
    }

    /** Adds {@code stream} and returns the state with which it begins; every later one is offered to it. */
    PushState register(AdsStream stream) {
        lock.lock();
        try {
            streams.add(stream);
            metrics.connected(streams.size());
            PushState state = current;
            return state == null ? PushState.EMPTY : state;
        } finally {
            lock.unlock();
        }
    }

    void unregister(AdsStream stream) {
        lock.lock();
        try {
            if (streams.remove(stream)) {
                metrics.connected(streams.size());
            }
        } finally {
            lock.unlock();
        }
    }
}
