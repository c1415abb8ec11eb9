package mesh.ambit.istiod.proxyless;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshUpdate;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.WorkloadEntry;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.PersistentMap;
import mesh.ambit.policy.Policy;

/**
 * Follows the mesh for gRPC clients, at the cost of what changes. One thread; what it returns is for all.
 *
 * <p>Exists only while such clients do.
 */
public final class ProxylessIndex {
    private static final String NETWORK = "topology.istio.io/network";

    private final MeshSettings settings;
    private final Map<ObjectKey, KubeObject> ruling = new TreeMap<>();

    /** The uids that an object gave labels to. */
    private final Map<ObjectKey, List<String>> labelled = new HashMap<>();

    private ProxylessMesh current;

    /** Creates one that knows of nothing. */
    public ProxylessIndex(MeshSettings settings) {
        this.settings = settings;
        this.current = ProxylessMesh.empty(settings);
    }

    /** Returns what it takes for holding in the whole mesh; where that changes, another one has to begin. */
    public MeshSettings settings() {
        return settings;
    }

    /** Returns the mesh as it is known now. */
    public ProxylessMesh current() {
        return current;
    }

    /** Takes a whole mesh for a beginning: what was computed of it, and the objects themselves. */
    public ProxylessMesh begin(
            Collection<? extends MeshResource> resources, Collection<Policy> policies, Iterable<KubeObject> objects) {
        PersistentMap<String, Map<String, String>> labels = current.labels();
        String network = current.network();
        for (KubeObject object : objects) {
            labels = relabel(labels, object);
            network = isHome(object.key()) ? networkOf(object) : network;
            if (Rules.concern(object)) {
                ruling.put(object.key(), object);
            }
        }
        current = new ProxylessMesh(
                settings,
                current.mesh().apply(resources, List.of()),
                current.policies().apply(policies, List.of()),
                labels,
                Rules.of(ruling.values(), settings),
                network);
        return current;
    }

    /** Takes what changed: in the objects, and by that in the mesh; returns the mesh after it. */
    public ProxylessMesh apply(
            MeshUpdate update, Collection<? extends KubeObject> present, Collection<ObjectKey> gone) {
        PersistentMap<String, Map<String, String>> labels = current.labels();
        String network = current.network();
        boolean ruled = false;
        for (ObjectKey key : gone) {
            network = isHome(key) ? "" : network;
            for (String uid : labelled.getOrDefault(key, List.of())) {
                labels = labels.without(uid);
            }
            labelled.remove(key);
            ruled |= ruling.remove(key) != null;
        }
        for (KubeObject object : present) {
            labels = relabel(labels, object);
            network = isHome(object.key()) ? networkOf(object) : network;
            if (Rules.concern(object)) {
                ruled |= !object.equals(ruling.put(object.key(), object));
            } else {
                ruled |= ruling.remove(object.key()) != null;
            }
        }
        current = new ProxylessMesh(
                settings,
                update.addresses().isEmpty() && update.removedAddresses().isEmpty()
                        ? current.mesh()
                        : current.mesh().apply(update.addresses(), update.removedAddresses()),
                update.policies().isEmpty() && update.removedPolicies().isEmpty()
                        ? current.policies()
                        : current.policies().apply(update.policies(), update.removedPolicies()),
                labels,
                ruled ? Rules.of(ruling.values(), settings) : current.rules(),
                network);
        return current;
    }

    /** Returns whether it is the namespace that says which network the cluster is on. */
    private boolean isHome(ObjectKey key) {
        return key.kind() == Kind.NAMESPACE && key.name().equals(settings.systemNamespace());
    }

    private static String networkOf(KubeObject home) {
        return home.metadata().labels().getOrDefault(NETWORK, "");
    }

    private PersistentMap<String, Map<String, String>> relabel(
            PersistentMap<String, Map<String, String>> labels, KubeObject object) {
        Map<String, Map<String, String>> given = labelsOf(object);
        List<String> before = labelled.getOrDefault(object.key(), List.of());
        if (given.isEmpty() && before.isEmpty()) {
            return labels;
        }
        PersistentMap<String, Map<String, String>> next = labels;
        for (String uid : before) {
            if (!given.containsKey(uid)) {
                next = next.without(uid);
            }
        }
        for (Map.Entry<String, Map<String, String>> entry : given.entrySet()) {
            if (!entry.getValue().equals(next.find(entry.getKey()))) {
                next = next.with(entry.getKey(), entry.getValue());
            }
        }
        labelled.put(object.key(), List.copyOf(given.keySet()));
        return next;
    }

    /** Returns the labels of the workloads that {@code object} stands for, by uid. */
    private Map<String, Map<String, String>> labelsOf(KubeObject object) {
        String place = object.metadata().namespace() + "/" + object.metadata().name();
        String cluster = settings.clusterId();
        return switch (object) {
            case Pod pod -> Map.of(cluster + "//Pod/" + place, pod.metadata().labels());
            case WorkloadEntry entry -> {
                Map<String, String> all = new TreeMap<>(entry.endpoint().labels());
                all.putAll(entry.metadata().labels());
                yield Map.of(cluster + "/networking.istio.io/WorkloadEntry/" + place, all);
            }
            case ServiceEntry entry -> {
                Map<String, Map<String, String>> all = new HashMap<>();
                for (WorkloadEntry.Endpoint endpoint : entry.endpoints()) {
                    all.put(
                            cluster + "/networking.istio.io/ServiceEntry/" + place + "/" + endpoint.address(),
                            endpoint.labels());
                }
                yield all;
            }
            default -> Map.of();
        };
    }
}
