package mesh.ambit.istiod.kube;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import mesh.ambit.kube.ClusterIpStore;
import mesh.ambit.kube.FolderException;
import mesh.ambit.kube.FolderSnapshot;
import mesh.ambit.kube.FolderSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the folder of objects and the folder that the nodes write their observations to, and publishes the view of
 * both. Cluster IPs are on disk before anybody hears of them, so that a restart cannot give them to another service.
 */
public final class ClusterSource implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterSource.class);

    private final Consumer<ClusterView> listener;
    private final ClusterIpStore store;
    private final ReentrantLock lock = new ReentrantLock();

    private FolderSnapshot declared = FolderSnapshot.EMPTY;
    private FolderSnapshot observed = FolderSnapshot.EMPTY;
    private Map<String, List<String>> storedIps;
    private boolean complete;
    private boolean published;
    private volatile ClusterView current = ClusterView.EMPTY;

    private final FolderSource observedSource;
    private final FolderSource declaredSource;

    private ClusterSource(Path folder, Path state, Consumer<ClusterView> listener) throws IOException {
        this.listener = requireNonNull(listener, "listener");
        this.store = new ClusterIpStore(state.resolve("cluster-ips.yaml"));
        this.storedIps = store.read();
        this.observedSource = FolderSource.watchOptional(state.resolve("observed"), this::observed);
        try {
            this.declaredSource = FolderSource.watch(folder, this::declared);
        } catch (FolderException e) {
            observedSource.close();
            throw e;
        }
    }

    /**
     * Reads {@code folder} and what {@code state} holds, gives the first view to {@code listener} before it returns, and
     * every later one as it comes, one at a time, on another thread.
     *
     * @throws FolderException when there is no such folder or it may not be read
     * @throws IOException when the file of cluster IPs is there and cannot be read
     */
    public static ClusterSource open(Path folder, Path state, Consumer<ClusterView> listener) throws IOException {
        return new ClusterSource(folder, state, listener);
    }

    /** Returns the latest view. */
    public ClusterView current() {
        return current;
    }

    private void declared(FolderSnapshot snapshot) {
        lock.lock();
        try {
            declared = snapshot;
            complete = true;
            publish();
        } finally {
            lock.unlock();
        }
    }

    private void observed(FolderSnapshot snapshot) {
        lock.lock();
        try {
            observed = snapshot;
            publish();
        } finally {
            lock.unlock();
        }
    }

    private void publish() {
        if (!complete) {
            return;
        }
        ClusterView next = ClusterView.of(declared, observed, storedIps);
        if (!next.clusterIps().equals(storedIps)) {
            storedIps = next.clusterIps();
            try {
                store.write(storedIps);
            } catch (IOException e) {
                LOG.error("assigned cluster IPs are not kept, a restart may change them: {}", e.toString());
            }
        }
        if (!published || !next.equals(current)) {
            published = true;
            current = next;
            listener.accept(next);
        }
    }

    /** Stops watching. The listener is not called after this returns, and must not call this itself. */
    @Override
    public void close() {
        declaredSource.close();
        observedSource.close();
    }
}
