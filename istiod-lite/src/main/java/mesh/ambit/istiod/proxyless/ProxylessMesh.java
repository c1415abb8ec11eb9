package mesh.ambit.istiod.proxyless;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.PersistentMap;
import mesh.ambit.model.Service;
import mesh.ambit.model.ServiceEndpoints;
import mesh.ambit.policy.PolicySet;
import org.jspecify.annotations.Nullable;

/**
 * The mesh at one moment as gRPC clients need to know it. Immutable, and shares with the moments before and after it
 * what is the same.
 *
 * @param settings what holds for the whole mesh
 * @param mesh workloads and services
 * @param policies what node proxies enforce; of them the mode of mutual TLS is read
 * @param labels of workloads, by uid
 * @param rules the objects that say how clients and servers behave
 * @param network name of the network that the cluster is on; empty when it has none
 */
public record ProxylessMesh(
        MeshSettings settings,
        MeshSnapshot mesh,
        PolicySet policies,
        PersistentMap<String, Map<String, String>> labels,
        Rules rules,
        String network) {
    public ProxylessMesh {
        requireNonNull(settings, "settings");
        requireNonNull(mesh, "mesh");
        requireNonNull(policies, "policies");
        requireNonNull(labels, "labels");
        requireNonNull(rules, "rules");
        requireNonNull(network, "network");
    }

    /** Returns a mesh without anything in it. */
    static ProxylessMesh empty(MeshSettings settings) {
        return new ProxylessMesh(settings, MeshSnapshot.EMPTY, PolicySet.EMPTY, PersistentMap.empty(), Rules.NONE, "");
    }

    /**
     * Returns the service that a client in {@code namespace} means by {@code host}: that of its own namespace, else the
     * canonical one, else the first by namespace; null if it sees none.
     */
    @Nullable
    Service service(String host, String namespace) {
        List<Service> candidates = new ArrayList<>(mesh.servicesByHostname(host));
        candidates.removeIf(service -> !service.isVisibleFrom(namespace) || !rules.isExported(service, namespace));
        return candidates.stream()
                .min(Comparator.comparing(
                                (Service service) -> !service.namespace().equals(namespace))
                        .thenComparing(service -> !service.canonical())
                        .thenComparing(Service::namespace))
                .orElse(null);
    }

    /** Returns the endpoints of {@code service} that may be sent to; null when it has none. */
    @Nullable
    ServiceEndpoints endpoints(Service service) {
        return mesh.findEndpoints(new NamespacedHostname(service.namespace(), service.hostname()));
    }
}
