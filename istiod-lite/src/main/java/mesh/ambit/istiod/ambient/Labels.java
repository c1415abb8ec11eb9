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
