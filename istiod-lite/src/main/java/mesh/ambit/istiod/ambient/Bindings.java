package mesh.ambit.istiod.ambient;

import java.util.List;
import java.util.Map;
import mesh.ambit.istiod.ambient.Binding.Problem;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.LabelSelector;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.WeightedWaypoint;
import org.jspecify.annotations.Nullable;

/** Which waypoint an object is bound to, by labels of its own or else of its namespace. */
final class Bindings {
    private static final String OPT_OUT = "none";
    private static final int WHOLE = 100;

    private Bindings() {}

    /**
     * Returns the binding of a Service or a ServiceEntry.
     *
     * @param visibility who sees the ServiceEntry; PUBLIC for a Service
     */
    static Binding ofService(MeshReader mesh, ObjectMeta meta, EntryVisibility visibility) {
        String managed = meta.labels().getOrDefault(Labels.MANAGED, "");
        if (managed.equals("istio.io-mesh-controller") || managed.equals("istio.io-eastwest-controller")) {
            return Binding.NONE;
        }
        Binding binding = of(mesh, meta.namespace(), meta.labels());
        Waypoint waypoint = binding.waypoint();
        if (waypoint == null) {
            return binding;
        }
        if (!waypoint.acceptsServices()) {
            return Binding.refused(Problem.UNSUPPORTED_TRAFFIC_TYPE, waypoint.key());
        }
        boolean abroad = !waypoint.key().namespace().equals(meta.namespace());
        return abroad && visibility == EntryVisibility.NAMESPACE
                ? Binding.refused(Problem.CROSS_NAMESPACE_WAYPOINT_FORBIDDEN, waypoint.key())
                : binding;
    }

    /** Returns the binding of a workload that is no instance of a waypoint itself. */
    static Binding ofWorkload(MeshReader mesh, String namespace, Map<String, String> labels) {
        Binding binding = of(mesh, namespace, labels);
        Waypoint waypoint = binding.waypoint();
        if (waypoint == null || waypoint.acceptsWorkloads()) {
            return binding;
        }
        // A namespace that is bound for its services asks nothing of its workloads.
        return labels.containsKey(Labels.USE_WAYPOINT)
                ? Binding.refused(Problem.UNSUPPORTED_TRAFFIC_TYPE, waypoint.key())
                : Binding.NONE;
    }

    /** Returns the waypoint that a workload is an instance of, or null. */
    static @Nullable Waypoint instance(MeshReader mesh, String namespace, Map<String, String> labels) {
        String name = labels.getOrDefault(Labels.GATEWAY_NAME, "");
        return name.isEmpty() ? null : mesh.waypoint(mesh.key(Kind.GATEWAY, namespace, name));
    }

    private static Binding of(MeshReader mesh, String namespace, Map<String, String> labels) {
        Map<String, String> wish = labels.containsKey(Labels.USE_WAYPOINT)
                ? labels
                : mesh.traits(namespace).labels();
        String name = wish.get(Labels.USE_WAYPOINT);
        if (name == null || name.equals(OPT_OUT)) {
            return Binding.NONE;
        }
        ObjectKey key = mesh.key(Kind.GATEWAY, wish.getOrDefault(Labels.USE_WAYPOINT_NAMESPACE, namespace), name);
        return attach(mesh, key, namespace);
    }

    private static Binding attach(MeshReader mesh, ObjectKey key, String namespace) {
        Waypoint waypoint = mesh.waypoint(key);
        if (waypoint == null) {
            return Binding.refused(Problem.WAYPOINT_IS_NOT_READY, key);
        }
        return allows(mesh, waypoint, namespace)
                ? Binding.to(waypoint)
                : Binding.refused(Problem.ATTACHMENT_DENIED, key);
    }

    private static boolean allows(MeshReader mesh, Waypoint waypoint, String namespace) {
        return switch (waypoint.allowedFrom()) {
            case "All" -> true;
            case "Selector" -> {
                Namespace attaching = mesh.namespace(namespace);
                if (attaching == null) {
                    mesh.warn("is not bound to " + waypoint.key()
                            + ", which allows namespaces by their labels: Namespace " + namespace + " is not known");
                    yield false;
                }
                LabelSelector allowed = waypoint.allowed();
                yield allowed != null && allowed.matches(attaching.metadata().labels());
            }
            default -> waypoint.key().namespace().equals(namespace);
        };
    }

    /**
     * Returns the waypoints by weight of a Service or a ServiceEntry that asks for a second one beside {@code primary};
     * none where it does not, or may not.
     */
    static List<WeightedWaypoint> weighted(MeshReader mesh, ObjectMeta meta, @Nullable Waypoint primary) {
        if (primary == null) {
            return List.of();
        }
        Traits traits = inherited(mesh, meta);
        Map<String, String> wish = canaryLabels(meta, traits);
        String name = canary(mesh, meta);
        if (name == null) {
            return List.of();
        }
        ObjectKey key = mesh.key(Kind.GATEWAY, wish.getOrDefault(Labels.CANARY_NAMESPACE, meta.namespace()), name);
        String given = meta.annotations().get(Labels.CANARY_WEIGHT);
        int weight = weight(given == null ? traits.annotations().get(Labels.CANARY_WEIGHT) : given);
        if (key.equals(primary.key()) || weight < 0) {
            mesh.warn(
                    weight < 0
                            ? "has a canary weight that is no number from 0 to 100: the canary is not used"
                            : "has its waypoint for a canary too: the canary is not used");
            return List.of();
        }
        Waypoint canary = attach(mesh, key, meta.namespace()).waypoint();
        GatewayAddress one = primary.address();
        GatewayAddress other = canary == null ? null : canary.address();
        if (canary == null || !canary.acceptsServices() || one == null || other == null) {
            return List.of();
        }
        return List.of(new WeightedWaypoint(one, WHOLE - weight), new WeightedWaypoint(other, weight));
    }

    /** Returns the name of the second waypoint that an object or its namespace asks for, null where none is asked for. */
    static @Nullable String canary(MeshReader mesh, ObjectMeta meta) {
        String name = canaryLabels(meta, inherited(mesh, meta)).getOrDefault(Labels.CANARY, "");
        return name.isEmpty() || name.equals(OPT_OUT) ? null : name;
    }

    private static Map<String, String> canaryLabels(ObjectMeta meta, Traits inherited) {
        return meta.labels().containsKey(Labels.CANARY) ? meta.labels() : inherited.labels();
    }

    private static Traits inherited(MeshReader mesh, ObjectMeta meta) {
        return meta.labels().containsKey(Labels.USE_WAYPOINT) ? Traits.NONE : mesh.traits(meta.namespace());
    }

    /** Returns the weight, or -1 for a text that is none. */
    private static int weight(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        if (!text.matches("[+-]?0*[0-9]{1,3}")) {
            return -1;
        }
        int weight = Integer.parseInt(text);
        return weight > WHOLE ? -1 : weight;
    }
}
