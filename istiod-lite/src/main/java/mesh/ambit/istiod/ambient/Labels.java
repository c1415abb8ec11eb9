package mesh.ambit.istiod.ambient;

import java.util.Map;

/** Labels and annotations that steer the mesh, and how selectors match. */
final class Labels {
    static final String REVISION = "istio.io/rev";
    static final String DRY_RUN = "istio.io/dry-run";
    static final String NETWORK = "topology.istio.io/network";
    static final String REGION = "topology.kubernetes.io/region";
    static final String ZONE = "topology.kubernetes.io/zone";
    static final String SUBZONE = "topology.istio.io/subzone";
    static final String REQUIRE_WAYPOINT = "ambit.mesh/require-waypoint";
    static final String DIRECTION = "ambit.mesh/direction";
    static final String TUNNEL = "networking.istio.io/tunnel";
    static final String TRAFFIC_DISTRIBUTION = "networking.istio.io/traffic-distribution";
    static final String WORKLOAD_NAME = "service.istio.io/workload-name";
    static final String CANONICAL_NAME = "service.istio.io/canonical-name";
    static final String CANONICAL_REVISION = "service.istio.io/canonical-revision";

    static final String USE_WAYPOINT = "istio.io/use-waypoint";
    static final String USE_WAYPOINT_NAMESPACE = "istio.io/use-waypoint-namespace";
    static final String CANARY = "istio.io/use-waypoint-canary";
    static final String CANARY_NAMESPACE = "istio.io/use-waypoint-canary-namespace";
    static final String CANARY_WEIGHT = "istio.io/use-waypoint-canary-weight";
    static final String CONNECT_STRATEGY = "istio.io/connect-strategy";
    static final String WAYPOINT_FOR = "istio.io/waypoint-for";
    static final String INBOUND_BINDING = "ambient.istio.io/waypoint-inbound-binding";
    static final String INGRESS_USE_WAYPOINT = "istio.io/ingress-use-waypoint";
    static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
    static final String MANAGED = "gateway.istio.io/managed";
    static final String GATEWAY_SERVICE_ACCOUNT = "gateway.istio.io/service-account";
    static final String AUTO_REGISTRATION_GROUP = "istio.io/autoRegistrationGroup";
    static final String AUTO_ALLOCATE = "networking.istio.io/enable-autoallocate-ip";

    private Labels() {}

    /** Returns whether a selector has at least one term and {@code labels} has them all. */
    static boolean selects(Map<String, String> selector, Map<String, String> labels) {
        return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
    }

    /** Returns whether an annotation says yes; any spelling of a truth value that Go's {@code ParseBool} takes. */
    static boolean isTrue(String text) {
        return switch (text) {
            case "1", "t", "T", "true", "True", "TRUE" -> true;
            default -> false;
        };
    }

    /** Returns whether a text says no, in a spelling that Go's {@code ParseBool} takes. */
    static boolean isFalse(String text) {
        return switch (text) {
            case "0", "f", "F", "false", "False", "FALSE" -> true;
            default -> false;
        };
    }
}
