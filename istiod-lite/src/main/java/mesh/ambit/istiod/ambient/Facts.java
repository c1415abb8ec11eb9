package mesh.ambit.istiod.ambient;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.derive.Fact;
import mesh.ambit.istiod.derive.Graph;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.Gateway;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.WorkloadSelector;
import mesh.ambit.model.PersistentMap;
import org.jspecify.annotations.Nullable;

/**
 * The objects, and the tables in which they are looked up by something else than their key. A table's entry for a key is
 * a value of its own, so that whoever looks there runs again only when something comes to that key or leaves it.
 */
final class Facts {
    static final Fact<ObjectKey, KubeObject> OBJECT = Fact.named("object");

    /** Services and ServiceEntries by a term of their selector. */
    static final Fact<SelectorTerm, PersistentMap<ObjectKey, Boolean>> SELECTING = Fact.named("selecting");

    /** AuthorizationPolicies by a term of their selector. */
    static final Fact<SelectorTerm, PersistentMap<ObjectKey, Boolean>> POLICIES = Fact.named("policies by selector");

    /** PeerAuthentications by namespace; all of them under the empty name. */
    static final Fact<String, PersistentMap<ObjectKey, Boolean>> PEERS = Fact.named("peer authentications");

    /** Services with a slice that lists a pod, by slice. */
    static final Fact<PodRef, PersistentMap<ObjectKey, ObjectKey>> LISTING = Fact.named("slices by pod");

    /** Services and ServiceEntries by host name. */
    static final Fact<String, PersistentMap<ObjectKey, Boolean>> CLAIMING = Fact.named("claims by host");

    /** Gateways by the network that they lead to. */
    static final Fact<String, PersistentMap<ObjectKey, Boolean>> GATEWAYS = Fact.named("gateways by network");

    /** Pods by the Gateway that they are an instance of. */
    static final Fact<ObjectKey, PersistentMap<ObjectKey, Boolean>> INSTANCES = Fact.named("pods by gateway");

    /** Services of other clusters by the Service of our own that has the same name, whether it is there or not. */
    static final Fact<ObjectKey, PersistentMap<ObjectKey, Boolean>> COPIES = Fact.named("services of other clusters");

    /** Endpoints on other networks by Service of our own cluster. */
    static final Fact<ObjectKey, Abroad> ABROAD = Fact.named("endpoints abroad");

    private final Graph graph;
    private final String domainSuffix;

    Facts(Graph graph, String domainSuffix) {
        this.graph = graph;
        this.domainSuffix = domainSuffix;
    }

    /** Returns whether objects of this kind count that other clusters have. All else is said in our own cluster. */
    static boolean areShared(Kind kind) {
        return switch (kind) {
            case NAMESPACE, NODE, POD, SERVICE, ENDPOINT_SLICE, GATEWAY -> true;
            default -> false;
        };
    }

    /** Returns whether anything is computed from objects of this kind. */
    static boolean areOf(Kind kind) {
        return switch (kind) {
            case NAMESPACE,
                    NODE,
                    SERVICE_ACCOUNT,
                    POD,
                    SERVICE,
                    ENDPOINT_SLICE,
                    AUTHORIZATION_POLICY,
                    PEER_AUTHENTICATION,
                    SERVICE_ENTRY,
                    WORKLOAD_ENTRY,
                    GATEWAY_CLASS,
                    GATEWAY,
                    CONFIG_MAP -> true;
            case HTTP_ROUTE,
                    GRPC_ROUTE,
                    TLS_ROUTE,
                    TCP_ROUTE,
                    REFERENCE_GRANT,
                    BACKEND_TLS_POLICY,
                    VIRTUAL_SERVICE,
                    DESTINATION_RULE,
                    REQUEST_AUTHENTICATION,
                    TELEMETRY -> false;
        };
    }

    /** Puts {@code after} in the place of {@code before}, the object of that key until now; null stands for none. */
    void replace(ObjectKey key, @Nullable KubeObject before, @Nullable KubeObject after) {
        graph.set(OBJECT, key, after);
        switch (key.kind()) {
            case SERVICE, SERVICE_ENTRY -> {
                move(SELECTING, key, terms(key, before), terms(key, after));
                if (key.isOwn()) {
                    move(CLAIMING, key, hosts(before), hosts(after));
                } else {
                    move(COPIES, key, own(key, before), own(key, after));
                }
            }
            case AUTHORIZATION_POLICY -> move(POLICIES, key, terms(key, before), terms(key, after));
            case PEER_AUTHENTICATION -> move(PEERS, key, peers(before), peers(after));
            case ENDPOINT_SLICE -> moveReferences(key, before, after);
            case GATEWAY -> move(GATEWAYS, key, network(key, before), network(key, after));
            case POD -> move(INSTANCES, key, instanceOf(key, before), instanceOf(key, after));
            case NAMESPACE, NODE, SERVICE_ACCOUNT, WORKLOAD_ENTRY, GATEWAY_CLASS, CONFIG_MAP -> {}
            case HTTP_ROUTE,
                    GRPC_ROUTE,
                    TLS_ROUTE,
                    TCP_ROUTE,
                    REFERENCE_GRANT,
                    BACKEND_TLS_POLICY,
                    VIRTUAL_SERVICE,
                    DESTINATION_RULE,
                    REQUEST_AUTHENTICATION,
                    TELEMETRY -> throw new IllegalArgumentException(key + " is not computed from");
        }
    }

    /** Notes that an object has other endpoints on other networks than before. */
    void replaceAbroad(List<Abroad.Endpoint> before, List<Abroad.Endpoint> after) {
        if (before.equals(after)) {
            return;
        }
        Map<ObjectKey, Abroad> tallies = new HashMap<>();
        for (Abroad.Endpoint endpoint : before) {
            tallies.compute(
                    endpoint.service(),
                    (service, tally) -> tally(service, tally).minus(endpoint));
        }
        for (Abroad.Endpoint endpoint : after) {
            tallies.compute(
                    endpoint.service(),
                    (service, tally) -> tally(service, tally).plus(endpoint));
        }
        tallies.forEach((service, tally) -> graph.set(ABROAD, service, tally.isEmpty() ? null : tally));
    }

    private Abroad tally(ObjectKey service, @Nullable Abroad begun) {
        Abroad known = begun == null ? graph.find(ABROAD, service) : begun;
        return known == null ? Abroad.NOTHING : known;
    }

    private <K> void move(
            Fact<K, PersistentMap<ObjectKey, Boolean>> table, ObjectKey key, Set<K> before, Set<K> after) {
        for (K left : before) {
            if (!after.contains(left)) {
                remove(table, left, key);
            }
        }
        for (K entered : after) {
            if (!before.contains(entered)) {
                put(table, entered, key, Boolean.TRUE);
            }
        }
    }

    private void moveReferences(ObjectKey key, @Nullable KubeObject before, @Nullable KubeObject after) {
        Set<PodRef> former = references(key, before);
        Set<PodRef> present = references(key, after);
        ObjectKey formerService = service(key, before);
        ObjectKey service = service(key, after);
        boolean moved = service != null && !service.equals(formerService);
        for (PodRef reference : former) {
            if (!present.contains(reference)) {
                remove(LISTING, reference, key);
            }
        }
        for (PodRef reference : present) {
            if (service != null && (moved || !former.contains(reference))) {
                put(LISTING, reference, key, service);
            }
        }
    }

    private <K, V> void put(Fact<K, PersistentMap<ObjectKey, V>> table, K at, ObjectKey key, V value) {
        PersistentMap<ObjectKey, V> entries = graph.find(table, at);
        graph.set(table, at, (entries == null ? PersistentMap.<ObjectKey, V>empty() : entries).with(key, value));
    }

    private <K, V> void remove(Fact<K, PersistentMap<ObjectKey, V>> table, K at, ObjectKey key) {
        PersistentMap<ObjectKey, V> entries = graph.find(table, at);
        if (entries != null) {
            PersistentMap<ObjectKey, V> left = entries.without(key);
            graph.set(table, at, left.isEmpty() ? null : left);
        }
    }

    /** Returns one term of the object's selector: whoever it selects has that label. None without terms. */
    private static Set<SelectorTerm> terms(ObjectKey key, @Nullable KubeObject object) {
        Map<String, String> selector = switch (object) {
            case Service service -> service.selector();
            case ServiceEntry entry -> labels(entry.workloadSelector());
            case AuthorizationPolicy policy -> labels(policy.selector());
            case null, default -> Map.of();
        };
        if (selector.isEmpty()) {
            return Set.of();
        }
        Map.Entry<String, String> term = selector.entrySet().iterator().next();
        return Set.of(new SelectorTerm(key.cluster(), key.namespace(), term.getKey(), term.getValue()));
    }

    private static Map<String, String> labels(@Nullable WorkloadSelector selector) {
        return selector == null ? Map.of() : selector.matchLabels();
    }

    private Set<String> hosts(@Nullable KubeObject object) {
        return switch (object) {
            case Service service -> Set.of(AmbientRules.hostname(service.key(), domainSuffix));
            case ServiceEntry entry -> new HashSet<>(entry.hosts());
            case null, default -> Set.of();
        };
    }

    private static Set<String> peers(@Nullable KubeObject object) {
        return object instanceof PeerAuthentication ? Set.of("", namespace(object)) : Set.of();
    }

    private static Set<ObjectKey> own(ObjectKey key, @Nullable KubeObject object) {
        return object == null ? Set.of() : Set.of(key.in(""));
    }

    private static Set<String> network(ObjectKey key, @Nullable KubeObject object) {
        String network = object instanceof Gateway gateway ? NetworkGateway.network(gateway, key.cluster()) : null;
        return network == null ? Set.of() : Set.of(network);
    }

    private static Set<ObjectKey> instanceOf(ObjectKey key, @Nullable KubeObject object) {
        String name = object instanceof Pod pod ? pod.metadata().labels().getOrDefault(Labels.GATEWAY_NAME, "") : "";
        return name.isEmpty() ? Set.of() : Set.of(new ObjectKey(Kind.GATEWAY, key.namespace(), name, key.cluster()));
    }

    private static @Nullable ObjectKey service(ObjectKey key, @Nullable KubeObject object) {
        ObjectKey service = object instanceof EndpointSlice slice ? EndpointSliceWorkloads.service(slice) : null;
        return service == null ? null : service.in(key.cluster());
    }

    private static Set<PodRef> references(ObjectKey key, @Nullable KubeObject object) {
        if (!(object instanceof EndpointSlice slice) || EndpointSliceWorkloads.service(slice) == null) {
            return Set.of();
        }
        Set<PodRef> references = new HashSet<>();
        for (EndpointSlice.Endpoint endpoint : slice.endpoints()) {
            EndpointSlice.TargetRef target = endpoint.targetRef();
            if (target != null && EndpointSliceWorkloads.isPod(target)) {
                references.add(new PodRef(key.cluster(), target.namespace(), target.name(), target.uid()));
            }
        }
        return references;
    }

    private static String namespace(@Nullable KubeObject object) {
        return object == null ? "" : object.metadata().namespace();
    }
}
