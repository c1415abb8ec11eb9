package mesh.ambit.istiod.ambient;

import static mesh.ambit.model.LoadBalancing.Scope.NETWORK;
import static mesh.ambit.model.LoadBalancing.Scope.NODE;
import static mesh.ambit.model.LoadBalancing.Scope.REGION;
import static mesh.ambit.model.LoadBalancing.Scope.SUBZONE;
import static mesh.ambit.model.LoadBalancing.Scope.ZONE;

import java.util.List;
import java.util.Locale;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.Service;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.LoadBalancing.HealthPolicy;
import mesh.ambit.model.LoadBalancing.Mode;
import org.jspecify.annotations.Nullable;

/** How clients choose among the endpoints of a Service. */
final class LoadBalancers {
    private static final List<LoadBalancing.Scope> SAME_ZONE = List.of(NETWORK, REGION, ZONE);
    private static final List<LoadBalancing.Scope> SAME_NODE = List.of(NETWORK, REGION, ZONE, SUBZONE, NODE);

    private LoadBalancers() {}

    /** Returns the wish of the Service, or else of its namespace; {@code namespace} is null when it is not declared. */
    static LoadBalancing of(Service service, @Nullable Namespace namespace) {
        HealthPolicy health = service.publishNotReadyAddresses() ? HealthPolicy.ALLOW_ALL : HealthPolicy.ONLY_HEALTHY;
        if (service.internalTrafficPolicy().equals("Local")) {
            return new LoadBalancing(List.of(NODE), Mode.STRICT, health);
        }
        List<LoadBalancing.Scope> preference = preference(service, namespace);
        return new LoadBalancing(preference, preference.isEmpty() ? Mode.UNSPECIFIED_MODE : Mode.FAILOVER, health);
    }

    private static List<LoadBalancing.Scope> preference(Service service, @Nullable Namespace namespace) {
        switch (service.trafficDistribution()) {
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
        String annotation = service.metadata().annotations().getOrDefault(Labels.TRAFFIC_DISTRIBUTION, "");
        if (annotation.isEmpty() && namespace != null) {
            annotation = namespace.metadata().annotations().getOrDefault(Labels.TRAFFIC_DISTRIBUTION, "");
        }
        return switch (annotation.toLowerCase(Locale.ROOT)) {
            case "preferclose", "prefersamezone" -> SAME_ZONE;
            case "prefersamenode" -> SAME_NODE;
            default -> List.of();
        };
    }
}
