package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A consistent set of objects, each key once. Immutable; iterates in key order whatever order the objects came in. */
public final class ObjectSet {
    /** No object at all. */
    public static final ObjectSet EMPTY = new ObjectSet(new EnumMap<>(Kind.class));

    private final Map<Kind, NavigableMap<ObjectKey, KubeObject>> byKind;

    private ObjectSet(Map<Kind, NavigableMap<ObjectKey, KubeObject>> byKind) {
        this.byKind = byKind;
    }

    /** Returns the set of these objects. Of two with the same key the last stays. */
    public static ObjectSet of(Collection<? extends KubeObject> objects) {
        Map<Kind, NavigableMap<ObjectKey, KubeObject>> byKind = new EnumMap<>(Kind.class);
        for (KubeObject object : objects) {
            byKind.computeIfAbsent(object.kind(), kind -> new TreeMap<>()).put(object.key(), object);
        }
        return new ObjectSet(byKind);
    }

    /** Returns the object with this key, or null when there is none. */
    public @Nullable KubeObject find(ObjectKey key) {
        return kind(key.kind()).get(key);
    }

    /** Returns every object, by kind and key. */
    public List<KubeObject> all() {
        List<KubeObject> all = new ArrayList<>();
        byKind.values().forEach(objects -> all.addAll(objects.values()));
        return Collections.unmodifiableList(all);
    }

    /** Returns the number of objects. */
    public int size() {
        return byKind.values().stream().mapToInt(Map::size).sum();
    }

    public List<Namespace> namespaces() {
        return list(Kind.NAMESPACE, Namespace.class);
    }

    public List<Node> nodes() {
        return list(Kind.NODE, Node.class);
    }

    public List<ServiceAccount> serviceAccounts() {
        return list(Kind.SERVICE_ACCOUNT, ServiceAccount.class);
    }

    public List<Pod> pods() {
        return list(Kind.POD, Pod.class);
    }

    public List<Service> services() {
        return list(Kind.SERVICE, Service.class);
    }

    public List<EndpointSlice> endpointSlices() {
        return list(Kind.ENDPOINT_SLICE, EndpointSlice.class);
    }

    public List<AuthorizationPolicy> authorizationPolicies() {
        return list(Kind.AUTHORIZATION_POLICY, AuthorizationPolicy.class);
    }

    public List<PeerAuthentication> peerAuthentications() {
        return list(Kind.PEER_AUTHENTICATION, PeerAuthentication.class);
    }

    public List<ServiceEntry> serviceEntries() {
        return list(Kind.SERVICE_ENTRY, ServiceEntry.class);
    }

    public List<WorkloadEntry> workloadEntries() {
        return list(Kind.WORKLOAD_ENTRY, WorkloadEntry.class);
    }

    public List<Gateway> gateways() {
        return list(Kind.GATEWAY, Gateway.class);
    }

    public List<ConfigMap> configMaps() {
        return list(Kind.CONFIG_MAP, ConfigMap.class);
    }

    public List<HttpRoute> httpRoutes() {
        return list(Kind.HTTP_ROUTE, HttpRoute.class);
    }

    public List<VirtualService> virtualServices() {
        return list(Kind.VIRTUAL_SERVICE, VirtualService.class);
    }

    /** Returns the namespace object of this name, or null when nobody declared it. */
    public @Nullable Namespace namespace(String name) {
        return (Namespace) find(new ObjectKey(Kind.NAMESPACE, "", name));
    }

    /** Returns the node of this name, or null. */
    public @Nullable Node node(String name) {
        return (Node) find(new ObjectKey(Kind.NODE, "", name));
    }

    /** Returns the pod of this name, or null. */
    public @Nullable Pod pod(String namespace, String name) {
        return (Pod) find(new ObjectKey(Kind.POD, namespace, name));
    }

    /** Returns the service of this name, or null. */
    public @Nullable Service service(String namespace, String name) {
        return (Service) find(new ObjectKey(Kind.SERVICE, namespace, name));
    }

    private NavigableMap<ObjectKey, KubeObject> kind(Kind kind) {
        NavigableMap<ObjectKey, KubeObject> objects = byKind.get(kind);
        return objects == null ? Collections.emptyNavigableMap() : objects;
    }

    private <T extends KubeObject> List<T> list(Kind kind, Class<T> type) {
        List<T> objects = new ArrayList<>();
        for (KubeObject object : kind(kind).values()) {
            objects.add(type.cast(object));
        }
        return Collections.unmodifiableList(objects);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ObjectSet set && byKind.equals(set.byKind);
    }

    @Override
    public int hashCode() {
        return byKind.hashCode();
    }

    @Override
    public String toString() {
        return "ObjectSet" + byKind.values();
    }
}
