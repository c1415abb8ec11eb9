package mesh.ambit.istiod.ambient;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.kube.Namespace;

/** What objects inherit from their namespace; its other labels may change without a consequence. */
record Traits(Map<String, String> labels, Map<String, String> annotations) {
    static final Traits NONE = new Traits(Map.of(), Map.of());

    private static final Set<String> LABELS = Set.of(
            Labels.USE_WAYPOINT,
            Labels.USE_WAYPOINT_NAMESPACE,
            Labels.CANARY,
            Labels.CANARY_NAMESPACE,
            Labels.INGRESS_USE_WAYPOINT,
            Labels.REQUIRE_WAYPOINT);
    private static final Set<String> ANNOTATIONS =
            Set.of(Labels.CANARY_WEIGHT, Labels.TRAFFIC_DISTRIBUTION, Labels.REQUIRE_WAYPOINT);

    Traits {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    static Traits of(Namespace namespace) {
        return new Traits(
                only(LABELS, namespace.metadata().labels()),
                only(ANNOTATIONS, namespace.metadata().annotations()));
    }

    private static Map<String, String> only(Set<String> keys, Map<String, String> all) {
        Map<String, String> kept = new TreeMap<>(all);
        kept.keySet().retainAll(keys);
        return kept;
    }
}
