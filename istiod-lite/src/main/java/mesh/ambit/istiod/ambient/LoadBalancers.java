package mesh.ambit.istiod.ambient;

import static mesh.ambit.model.LoadBalancing.Scope.NETWORK;
import static mesh.ambit.model.LoadBalancing.Scope.NODE;
import static mesh.ambit.model.LoadBalancing.Scope.REGION;
import static mesh.ambit.model.LoadBalancing.Scope.SUBZONE;
import static mesh.ambit.model.LoadBalancing.Scope.ZONE;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.ServiceEntry.Resolution;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.LoadBalancing.HealthPolicy;
import mesh.ambit.model.LoadBalancing.Mode;

/** How clients choose among the endpoints of a Service. */
final class LoadBalancers {
    private static final List<LoadBalancing.Scope> SAME_ZONE = List.of(NETWORK, REGION, ZONE);
    private static final List<LoadBalancing.Scope> SAME_NODE = List.of(NETWORK, REGION, ZONE, SUBZONE, NODE);

    private LoadBalancers() {}

    /**
     * Returns the wish of the Service, or else of its namespace.
     *
     * @param ofNamespace the annotations of the namespace
     */
    static LoadBalancing of(Service service, Map<String, String> ofNamespace) {
        HealthPolicy health = service.publishNotReadyAddresses() ? HealthPolicy.ALLOW_ALL : HealthPolicy.ONLY_HEALTHY;
        if (service.internalTrafficPolicy().equals("Local")) {
            return new LoadBalancing(List.of(NODE), Mode.STRICT, health);
        }
        List<LoadBalancing.Scope> preference =
                preference(service.trafficDistribution(), service.metadata().annotations(), ofNamespace);
        return new LoadBalancing(preference, preference.isEmpty() ? Mode.UNSPECIFIED_MODE : Mode.FAILOVER, health);
    }

    /** Returns the wish of the ServiceEntry, or else of its namespace. Without resolution there is nothing to choose. */
    static LoadBalancing of(ServiceEntry entry, Map<String, String> ofNamespace) {
        if (entry.resolution() == Resolution.NONE) {
            return new LoadBalancing(List.of(), Mode.PASSTHROUGH, HealthPolicy.ALLOW_ALL);
        }
        List<LoadBalancing.Scope> preference = preference("", entry.metadata().annotations(), ofNamespace);
        return new LoadBalancing(
                preference, preference.isEmpty() ? Mode.UNSPECIFIED_MODE : Mode.FAILOVER, HealthPolicy.ONLY_HEALTHY);
    }

    private static List<LoadBalancing.Scope> preference(
            String field, Map<String, String> annotations, Map<String, String> ofNamespace) {
        switch (field) {
            case "PreferClose", "PreferSameZone" -> {
                return SAME_ZONE;
            }
            case "PreferSameNode" -> {
                return SAME_NODE;
            }
            default -> {
                // An unknown wish in the field counts as none; in an annotation it ends the search.
            }
        }
        String annotation = annotations.getOrDefault(Labels.TRAFFIC_DISTRIBUTION, "");
        if (annotation.isEmpty()) {
            annotation = ofNamespace.getOrDefault(Labels.TRAFFIC_DISTRIBUTION, "");
        }
        return switch (annotation.toLowerCase(Locale.ROOT)) {
            case "preferclose", "prefersamezone" -> SAME_ZONE;
            case "prefersamenode" -> SAME_NODE;
            default -> List.of();
        };
    }
}
