package mesh.ambit.model;

import java.util.List;

/**
 * How clients choose among the endpoints of a service.
 *
 * @param routingPreference scopes compared in this order
 * @param mode what a mismatch means
 * @param healthPolicy whether unhealthy endpoints take part
 */
public record LoadBalancing(List<Scope> routingPreference, Mode mode, HealthPolicy healthPolicy) {
    /** Every healthy endpoint alike. */
    public static final LoadBalancing STANDARD =
            new LoadBalancing(List.of(), Mode.UNSPECIFIED_MODE, HealthPolicy.ONLY_HEALTHY);

    /** What two workloads may have in common, in the wire's order. */
    public enum Scope {
        UNSPECIFIED_SCOPE,
        REGION,
        ZONE,
        SUBZONE,
        NODE,
        CLUSTER,
        NETWORK
    }

    /** Modes, in the wire's order. */
    public enum Mode {
        UNSPECIFIED_MODE,
        STRICT,
        FAILOVER,
        PASSTHROUGH
    }

    /** Health policies, in the wire's order. */
    public enum HealthPolicy {
        ONLY_HEALTHY,
        ALLOW_ALL
    }

    public LoadBalancing {
        routingPreference = List.copyOf(routingPreference);
    }
}
