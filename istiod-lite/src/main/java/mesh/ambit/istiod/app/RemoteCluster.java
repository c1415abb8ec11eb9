package mesh.ambit.istiod.app;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.kube.ClusterListener;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Another cluster, whatever kubeconfig reaches it. One that takes the place of another is read whole before it does, and
 * the mesh hears only of what is different then; what was last known of a cluster that is away stays.
 */
final class RemoteCluster {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteCluster.class);

    private final String name;
    private final String secret;
    private final MeshListener mesh;
    private final RemoteClusterMetrics metrics;
    private final Set<ObjectKey> told = new HashSet<>();
    private RemoteLink serving;
    private @Nullable RemoteLink next;

    /**
     * Creates one.
     *
     * @param secret what names it
     * @param mesh told of what the cluster shares
     * @param first as which it is reached; not followed yet
     */
    RemoteCluster(String name, String secret, MeshListener mesh, RemoteClusterMetrics metrics, RemoteLink first) {
        this.name = name;
        this.secret = secret;
        this.mesh = mesh;
        this.metrics = metrics;
        this.serving = first;
    }

    String name() {
        return name;
    }

    String secret() {
        return secret;
    }

    /** Returns as what the cluster is reached. */
    synchronized RemoteLink serving() {
        return serving;
    }

    /** Returns as what it was last said to be reached. */
    synchronized RemoteLink latest() {
        RemoteLink coming = next;
        return coming == null ? serving : coming;
    }

    /** Reaches the cluster by {@code link} as soon as that has read all there is. */
    synchronized void replace(RemoteLink link) {
        RemoteLink given = next;
        next = link;
        if (given != null) {
            given.close();
        }
    }

    /** Returns what is to be told of changes that {@code link} sees. */
    ClusterListener through(RemoteLink link) {
        return (changes, problems) -> take(link, changes, problems);
    }

    private synchronized void take(RemoteLink link, ObjectChanges changes, List<Problem> problems) {
        if (link.isClosed()) {
            return;
        }
        ObjectChanges news = changes;
        if (link == next) {
            Set<ObjectKey> gone = new HashSet<>(told);
            gone.removeAll(changes.put().keySet());
            news = new ObjectChanges(changes.put(), gone);
            serving.close();
            serving = link;
            next = null;
        }
        told.removeAll(news.removed());
        told.addAll(news.put().keySet());
        mesh.changed(name, news, problems);
        if (!link.isSynced()) {
            LOG.info("cluster {}: all of it has been read", name);
            link.synced();
        }
        metrics.standing(name, link.state());
    }

    /** Says once that nobody waits for {@code link} any more, if that is so. */
    synchronized void noteIfLate(RemoteLink link) {
        if (link.isLate()) {
            LOG.error(
                    "cluster {}: not read yet, going on without what it would add; trying again: {}",
                    name,
                    link.troubles());
            metrics.timedOut(name);
            metrics.standing(name, link.state());
        }
    }

    ClusterStanding standing() {
        return new ClusterStanding(name, secret, latest().state());
    }

    /** Takes from the mesh what the cluster gave it. */
    synchronized void end() {
        serving.close();
        RemoteLink coming = next;
        if (coming != null) {
            coming.close();
        }
        if (!told.isEmpty()) {
            mesh.changed(name, new ObjectChanges(Map.of(), told), List.of());
            told.clear();
        }
        metrics.forget(name);
    }
}
