package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import mesh.ambit.istiod.derive.Fact;
import mesh.ambit.istiod.derive.View;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.Locality;
import mesh.ambit.model.PersistentMap;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/**
 * What a conversion may read, in the words of the mesh, of the cluster that its object is of. What is said once for the
 * whole mesh (its settings, classes of gateways, policies, host names of ServiceEntries) is said in our own cluster.
 * Everything it reads is noted. Lives for one run of a rule.
 */
final class MeshReader {
    private final View view;
    private final AmbientRules rules;
    private final String cluster;
    private final List<String> warnings = new ArrayList<>();

    /** Reads what our own cluster says. */
    MeshReader(View view, AmbientRules rules) {
        this(view, rules, "");
    }

    /**
     * Reads what {@code cluster} says.
     *
     * @param cluster ID of another cluster; empty for our own
     */
    MeshReader(View view, AmbientRules rules, String cluster) {
        this.view = view;
        this.rules = rules;
        this.cluster = cluster;
    }

    /**
     * What is the same for all workloads of a cluster.
     *
     * @param clusterId name of the cluster
     * @param network the one of the cluster; may be empty
     * @param gateway the way into it from other networks; null if none
     * @param isAbroad whether it is another network than our own cluster's, so that clients are not told of its workloads
     */
    record Home(
            Mesh mesh,
            String clusterId,
            String network,
            @Nullable GatewayAddress gateway,
            boolean isAbroad) {}

    Home home() {
        return requireNonNull(view.get(rules.home, cluster));
    }

    Mesh mesh() {
        return requireNonNull(view.get(rules.mesh, ""));
    }

    String network() {
        return requireNonNull(view.get(rules.network, cluster));
    }

    /** Returns the key of an object of the cluster at hand. */
    ObjectKey key(Kind kind, String namespace, String name) {
        return new ObjectKey(kind, namespace, name, cluster);
    }

    /** Returns the key of an object of the cluster at hand. */
    ObjectKey key(KubeObject object) {
        return object.key().in(cluster);
    }

    /** Returns an object, of whatever revision and namespace; null when there is none. */
    @Nullable
    KubeObject object(ObjectKey key) {
        return view.get(Facts.OBJECT, key);
    }

    /** Returns an object of that type, unless its namespace is not looked at or it is for another revision. */
    <T extends KubeObject> @Nullable T visible(Class<T> type, ObjectKey key) {
        KubeObject object = object(key);
        return type.isInstance(object) && isVisible(object, key.cluster()) ? type.cast(object) : null;
    }

    private boolean isVisible(KubeObject object, String of) {
        ObjectMeta meta = object.metadata();
        Mesh mesh = mesh();
        boolean hasRevision = switch (object.kind()) {
            case AUTHORIZATION_POLICY, PEER_AUTHENTICATION, SERVICE_ENTRY, WORKLOAD_ENTRY -> true;
            case HTTP_ROUTE, GRPC_ROUTE, TLS_ROUTE, TCP_ROUTE, REFERENCE_GRANT -> true;
            default -> false;
        };
        String ours = mesh.settings().revision();
        if (hasRevision && !ours.isEmpty() && !ours.equals(meta.labels().getOrDefault(Labels.REVISION, ours))) {
            return false;
        }
        return mesh.config().discoverySelectors().isEmpty()
                || Boolean.TRUE.equals(
                        view.get(rules.discovered, new ObjectKey(Kind.NAMESPACE, "", meta.namespace(), of)));
    }

    @Nullable
    Namespace namespace(String name) {
        return object(key(Kind.NAMESPACE, "", name)) instanceof Namespace namespace ? namespace : null;
    }

    /** Returns the labels of a namespace, none when it is not known. */
    Map<String, String> namespaceLabels(String name) {
        Namespace namespace = namespace(name);
        return namespace == null ? Map.of() : namespace.metadata().labels();
    }

    Traits traits(String namespace) {
        Traits traits = view.get(rules.traits, key(Kind.NAMESPACE, "", namespace));
        return traits == null ? Traits.NONE : traits;
    }

    Locality locality(String node) {
        Locality locality = node.isEmpty() ? null : view.get(rules.locality, key(Kind.NODE, "", node));
        return locality == null ? Locality.NONE : locality;
    }

    EntryVisibility visibility(String namespace) {
        return requireNonNull(view.get(rules.visibility, namespace));
    }

    @Nullable
    Waypoint waypoint(ObjectKey gateway) {
        return view.get(rules.waypoint, gateway);
    }

    /** Returns the service accounts of a waypoint's pods, sorted; none unless there is such a waypoint. */
    List<String> waypointAccounts(ObjectKey gateway) {
        List<String> accounts = view.get(rules.waypointAccounts, gateway);
        return accounts == null ? List.of() : accounts;
    }

    /** Returns the waypoint that a Service or ServiceEntry is bound to, or null. */
    @Nullable
    ObjectKey waypointOf(ObjectKey service) {
        return view.get(rules.boundTo, service);
    }

    List<NetworkGateway> gateways(String network) {
        List<NetworkGateway> gateways = view.get(rules.gateways, network);
        return gateways == null ? List.of() : gateways;
    }

    /** Returns the way into a network, or null when none is known. */
    @Nullable
    GatewayAddress gatewayOf(String network) {
        for (NetworkGateway gateway : gateways(network)) {
            if (gateway.hbonePort() != 0) {
                return gateway.gatewayAddress(gateway.hbonePort());
            }
        }
        return null;
    }

    Selection selection(String namespace, Map<String, String> labels) {
        return requireNonNull(view.get(rules.selection, new Selection.Of(cluster, namespace, labels)));
    }

    /** Returns a Service or ServiceEntry that clients are told of, or null. */
    @Nullable
    Member member(ObjectKey key) {
        return view.get(rules.member, key);
    }

    @Nullable
    HostOwners owners(String host) {
        return view.get(rules.owners, host);
    }

    /** Returns the keys of a table's entry, sorted. */
    <K> List<ObjectKey> keys(Fact<K, PersistentMap<ObjectKey, Boolean>> table, K at) {
        PersistentMap<ObjectKey, Boolean> entries = view.get(table, at);
        return entries == null ? List.of() : List.copyOf(new TreeSet<>(entries.keys()));
    }

    /** Returns the Services that slices say a pod belongs to, sorted. */
    List<ObjectKey> listing(ObjectMeta pod) {
        PersistentMap<ObjectKey, ObjectKey> entries =
                view.get(Facts.LISTING, new PodRef(cluster, pod.namespace(), pod.name(), pod.uid()));
        return entries == null ? List.of() : List.copyOf(new TreeSet<>(entries.values()));
    }

    /** Returns what all of a Service's endpoints on other networks come to. */
    Abroad abroad(ObjectKey service) {
        Abroad abroad = view.get(Facts.ABROAD, service);
        return abroad == null ? Abroad.NOTHING : abroad;
    }

    /** Returns what other clusters share under the name of a Service of ours, in the order of their IDs. */
    List<Service> shared(ObjectKey service) {
        List<Service> shared = new ArrayList<>();
        for (ObjectKey copy : keys(Facts.COPIES, service)) {
            Service each = view.get(rules.shared, copy);
            if (each != null) {
                shared.add(each);
            }
        }
        return shared;
    }

    /** Notes something that a person should know of the object at hand; {@code text} follows the object's name. */
    void warn(String text) {
        if (!warnings.contains(text)) {
            warnings.add(text);
        }
    }

    /** Returns what was noted, as sentences about {@code key}. */
    List<String> warnings(ObjectKey key) {
        return warnings.stream().map(text -> key + " " + text).toList();
    }
}
