package mesh.ambit.node.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.ClusterIpStore;
import mesh.ambit.kube.FolderSnapshot;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the reconcile loop decides from: the folder of objects, what all nodes observe, and the addresses of services.
 * Watches all three and wakes the loop when one has changed. Thread-safe.
 */
final class Inputs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Inputs.class);

    private final FolderSource declared;
    private final FolderSource observed;
    private final ClusterIpStore store;
    private final FileWatch clusterIpWatch;
    private volatile Map<String, List<String>> clusterIps = Map.of();

    /**
     * Begins to watch. The folder of observations must be there already, or its coming is noticed late.
     *
     * @throws mesh.ambit.kube.FolderException if there is no folder of objects
     */
    Inputs(Path folder, Path state, Runnable wake) {
        Path file = state.resolve("cluster-ips.yaml");
        this.store = new ClusterIpStore(file);
        this.declared = FolderSource.watch(folder, snapshot -> {
            // The controller reads the same folder and tells people; here it is only for whoever looks closer.
            snapshot.newProblems().stream().map(Problem::message).forEach(LOG::debug);
            wake.run();
        });
        this.observed = FolderSource.watchOptional(state.resolve("observed"), (FolderSnapshot _) -> wake.run());
        this.clusterIpWatch = FileWatch.start(file, () -> {
            readClusterIps();
            wake.run();
        });
    }

    ObjectSet declared() {
        return declared.current().objects();
    }

    ObjectSet observed() {
        return observed.current().objects();
    }

    /** Returns the addresses that the controller has assigned, by {@code namespace/name}. */
    Map<String, List<String>> clusterIps() {
        return clusterIps;
    }

    @Override
    public void close() {
        declared.close();
        observed.close();
        clusterIpWatch.close();
    }

    private void readClusterIps() {
        try {
            clusterIps = store.read();
        } catch (IOException e) {
            LOG.warn("addresses of services cannot be read, those known stay: {}", e.getMessage());
        }
    }
}
