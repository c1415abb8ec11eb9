package mesh.ambit.istiod.push;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import mesh.ambit.istiod.proxyless.ProxylessMesh;
import mesh.ambit.istiod.proxyless.ProxylessResources;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients of standard xDS are told, and whether there are any: while there are none, nothing is kept for them.
 *
 * <p>{@link #publish} is called by one thread; streams come and go on others.
 */
public final class ProxylessHub {
    private static final Logger LOG = LoggerFactory.getLogger(ProxylessHub.class);

    /** How long everything is kept for the next client after the last one has left. */
    private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Sentences that are logged; each only once, as long as there are no more. */
    private static final int MAX_REMARKS = 1_000;

    private final Executor workers;
    private final String startStamp;
    private final ProxylessResources resources = new ProxylessResources();
    private final Set<StateStream> streams = ConcurrentHashMap.newKeySet();
    private final Set<String> said = ConcurrentHashMap.newKeySet();
    private volatile Runnable whenWanted = () -> {};
    private volatile @Nullable State current;
    private volatile long leftNanos = System.nanoTime() - KEPT_NANOS;
    private long published;

    /**
     * The mesh at one moment.
     *
     * @param version what clients see as version of it; its number only grows
     * @param changedNanos when the first of the changes it brings was heard of
     * @param publishedNanos when it was handed to the streams; both of {@link System#nanoTime()}
     */
    record State(ProxylessMesh mesh, String version, long changedNanos, long publishedNanos) {}

    ProxylessHub(Executor workers, String startStamp) {
        this.workers = workers;
        this.startStamp = startStamp;
    }

    /** Sets what is run when the first client comes: it must lead to {@link #publish} soon. */
    public void whenWanted(Runnable action) {
        whenWanted = action;
    }

    /** Returns whether there are clients, or were a moment ago. */
    public boolean isWanted() {
        return !streams.isEmpty() || System.nanoTime() - leftNanos < KEPT_NANOS;
    }

    /**
     * Makes {@code mesh} what clients are told of.
     *
     * @param changedNanos when the first of the changes it brings was heard of, by {@link System#nanoTime()}
     */
    public void publish(ProxylessMesh mesh, long changedNanos) {
        State before = current;
        if (before != null && isSame(before.mesh(), mesh)) {
            return;
        }
        current = new State(mesh, startStamp + "/" + ++published, changedNanos, System.nanoTime());
        List.copyOf(streams).forEach(stream -> workers.execute(stream::wake));
    }

    @SuppressWarnings("ReferenceEquality") // What has not changed is the same object.
    private static boolean isSame(ProxylessMesh before, ProxylessMesh after) {
        return before.mesh() == after.mesh()
                && before.policies() == after.policies()
                && before.labels() == after.labels()
                && before.rules() == after.rules()
                && before.network().equals(after.network());
    }

    /** Forgets the mesh, as there are no clients. */
    public void withdraw() {
        current = null;
        resources.clear();
        // One that came in between found a state and did not ask for another.
        if (isWanted()) {
            whenWanted.run();
        }
    }

    /** Returns what clients were told less of than the objects say, or wait for in vain; one sentence each, sorted. */
    public List<String> remarks() {
        SortedSet<String> remarks = new TreeSet<>(resources.remarks());
        streams.forEach(stream -> remarks.addAll(stream.waiting()));
        return List.copyOf(remarks);
    }

    @Nullable
    State current() {
        return current;
    }

    ProxylessResources resources() {
        return resources;
    }

    void register(StateStream stream) {
        streams.add(stream);
        if (current == null) {
            whenWanted.run();
        }
    }

    void unregister(StateStream stream) {
        if (streams.remove(stream)) {
            leftNanos = System.nanoTime();
        }
    }

    /** Logs what a client is not told, once. */
    void remark(Collection<String> sentences) {
        for (String sentence : sentences) {
            if (said.size() < MAX_REMARKS && said.add(sentence)) {
                LOG.warn("{}", sentence);
            }
        }
    }
}
