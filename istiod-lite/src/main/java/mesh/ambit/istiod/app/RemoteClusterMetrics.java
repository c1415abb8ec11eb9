package mesh.ambit.istiod.app;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Clusters that we look at, under upstream's names. Thread-safe. */
final class RemoteClusterMetrics {
    private static final String MANAGED = "istiod.managed.clusters";

    private final MeterRegistry registry;
    private final AtomicInteger remote = new AtomicInteger();
    private final Map<String, ClusterStanding.State> states = new ConcurrentHashMap<>();
    private final Map<String, List<Meter>> meters = new ConcurrentHashMap<>();

    RemoteClusterMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder(MANAGED, () -> 1)
                .description("Number of clusters managed by istiod")
                .tag("cluster_type", "local")
                .register(registry);
        Gauge.builder(MANAGED, remote::get)
                .description("Number of clusters managed by istiod")
                .tag("cluster_type", "remote")
                .register(registry);
    }

    /** Notes how many other clusters there are. */
    void managed(int clusters) {
        remote.set(clusters);
    }

    /** Counts an event of a Secret: {@code add}, {@code update} or {@code delete}. */
    void secret(String event) {
        registry.counter("remote.cluster.secret.events", "event", event).increment();
    }

    /** Counts a cluster that took too long. */
    void timedOut(String cluster) {
        registry.counter("remote.cluster.sync.timeouts", "cluster", cluster).increment();
    }

    /** Notes how far reading a cluster has come. */
    void standing(String cluster, ClusterStanding.State state) {
        states.put(cluster, state);
        meters.computeIfAbsent(cluster, _ -> {
            List<Meter> each = new ArrayList<>();
            for (ClusterStanding.State possible : ClusterStanding.State.values()) {
                each.add(Gauge.builder(
                                "istiod.remote.cluster.sync.status", () -> states.get(cluster) == possible ? 1 : 0)
                        .description("1 for the state in which a remote cluster is.")
                        .tag("cluster", cluster)
                        .tag("cluster_type", "remote")
                        .tag("status", possible.text())
                        .register(registry));
            }
            return each;
        });
    }

    /** Forgets a cluster that is none of ours any more. */
    void forget(String cluster) {
        states.remove(cluster);
        List<Meter> gone = meters.remove(cluster);
        if (gone != null) {
            gone.forEach(registry::remove);
        }
    }
}
