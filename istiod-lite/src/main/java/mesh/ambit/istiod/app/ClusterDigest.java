package mesh.ambit.istiod.app;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Pod;
import org.jspecify.annotations.Nullable;

/**
 * What others need to know of the objects: who runs where, which nodes there are. Kept up to date at the cost of what
 * changes; one thread writes, any may read.
 */
final class ClusterDigest implements Placement {
    private final Map<PodName, Known> pods = new ConcurrentHashMap<>();
    private final Map<Entry, Integer> running = new ConcurrentHashMap<>();
    private final Map<String, Integer> podsByNode = new ConcurrentHashMap<>();
    private final Set<String> declaredNodes = ConcurrentHashMap.newKeySet();
    private final Set<ObjectKey> services = new HashSet<>();
    private volatile int serviceCount;

    /** A pod, and whether it counts as running somewhere. */
    private record Known(PodFacts facts, boolean counts) {}

    void apply(ObjectChanges changes) {
        changes.removed().forEach(key -> replace(key, null));
        changes.put().forEach(this::replace);
        serviceCount = services.size();
    }

    private void replace(ObjectKey key, @Nullable KubeObject object) {
        switch (key.kind()) {
            case POD -> replacePod(key, object instanceof Pod pod ? pod : null);
            case NODE -> {
                if (object == null) {
                    declaredNodes.remove(key.name());
                } else {
                    declaredNodes.add(key.name());
                }
            }
            case SERVICE -> {
                if (object == null) {
                    services.remove(key);
                } else {
                    services.add(key);
                }
            }
            default -> {}
        }
    }

    private void replacePod(ObjectKey key, @Nullable Pod pod) {
        PodName name = new PodName(key.namespace(), key.name());
        // A pod that has failed no longer counts, one that has succeeded does.
        Known next = pod == null
                ? null
                : new Known(
                        new PodFacts(pod.metadata().uid(), pod.serviceAccountName(), pod.nodeName()),
                        !pod.nodeName().isEmpty() && !pod.status().phase().equals("Failed"));
        // The new one counts before the old one no longer does: who runs there all the time is always found there.
        if (next != null) {
            add(key.namespace(), next, 1);
        }
        Known before = next == null ? pods.remove(name) : pods.put(name, next);
        if (before != null) {
            add(key.namespace(), before, -1);
        }
    }

    private void add(String namespace, Known pod, int change) {
        PodFacts facts = pod.facts();
        if (pod.counts()) {
            add(running, new Entry(namespace, facts.serviceAccount(), facts.node()), change);
        }
        if (!facts.node().isEmpty()) {
            add(podsByNode, facts.node(), change);
        }
    }

    private static <K> void add(Map<K, Integer> counts, K key, int change) {
        int count = counts.getOrDefault(key, 0) + change;
        if (count == 0) {
            counts.remove(key);
        } else {
            counts.put(key, count);
        }
    }

    @Override
    public boolean runs(String namespace, String serviceAccount, String node) {
        return running.containsKey(new Entry(namespace, serviceAccount, node));
    }

    @Override
    public @Nullable PodFacts pod(String namespace, String name) {
        Known known = pods.get(new PodName(namespace, name));
        return known == null ? null : known.facts();
    }

    /** Returns every node that an object names, sorted. */
    SortedSet<String> nodes() {
        SortedSet<String> names = new TreeSet<>(declaredNodes);
        names.addAll(podsByNode.keySet());
        return names;
    }

    int services() {
        return serviceCount;
    }
}
