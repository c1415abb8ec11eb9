package mesh.ambit.istiod.app;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.ObservedPods;
import mesh.ambit.kube.Pod;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.Workload;

/**
 * Declared pods of which nobody has observed anything, taken as they will be: running, ready, and captured where their
 * labels say so. Only their addresses cannot be known, so they get one for the computation that is taken away after it.
 *
 * @param objects all objects, those pods running
 * @param uids the workloads of those pods, without the cluster's part of the uid
 */
record AssumedPods(ObjectSet objects, Set<String> uids) {
    private static final String MODE_LABEL = "istio.io/dataplane-mode";

    AssumedPods {
        uids = Set.copyOf(uids);
    }

    static AssumedPods in(ObjectSet declared) {
        List<KubeObject> objects = new ArrayList<>();
        Set<String> uids = new HashSet<>();
        for (KubeObject object : declared.all()) {
            if (object instanceof Pod pod && pod.status().equals(Pod.Status.UNKNOWN)) {
                uids.add(uid(pod));
                // A range that is reserved for documentation, so that it is nobody's.
                String address = "2001:db8::" + Integer.toHexString(uids.size() >> 16) + ":"
                        + Integer.toHexString(uids.size() & 0xffff);
                objects.add(running(pod, isCaptured(pod, declared), address));
            } else {
                objects.add(object);
            }
        }
        return new AssumedPods(ObjectSet.of(objects), uids);
    }

    /** Returns {@code state} without the addresses that nobody knows yet, the pods being those of {@code cluster}. */
    MeshState without(String cluster, MeshState state) {
        if (uids.isEmpty()) {
            return state;
        }
        String prefix = cluster + "/";
        SortedMap<String, MeshResource> addresses = new TreeMap<>(state.addresses());
        addresses.replaceAll((name, resource) -> resource instanceof Workload workload
                        && name.startsWith(prefix)
                        && uids.contains(name.substring(prefix.length()))
                ? workload.toBuilder().addresses(List.of()).build()
                : resource);
        return new MeshState(addresses, state.authorizations(), state.warnings());
    }

    private static String uid(Pod pod) {
        return "/Pod/" + pod.metadata().namespace() + "/" + pod.metadata().name();
    }

    private static Pod running(Pod pod, boolean captured, String address) {
        ObjectMeta meta = pod.metadata();
        Map<String, String> annotations = new TreeMap<>(meta.annotations());
        if (captured) {
            annotations.put(ObservedPods.REDIRECTION_ANNOTATION, "enabled");
        }
        return new Pod(
                meta.withAnnotations(annotations),
                pod.serviceAccountName(),
                pod.nodeName(),
                pod.hostNetwork(),
                pod.containers(),
                pod.initContainers(),
                new Pod.Status("Running", address, List.of(address), true));
    }

    /** The pod's own label wins over its namespace's; what shares the node's network is left alone. */
    private static boolean isCaptured(Pod pod, ObjectSet objects) {
        Namespace namespace = objects.namespace(pod.metadata().namespace());
        Map<String, String> inherited =
                namespace == null ? Map.of() : namespace.metadata().labels();
        return !pod.hostNetwork()
                && "ambient"
                        .equals(pod.metadata()
                                .labels()
                                .getOrDefault(MODE_LABEL, inherited.getOrDefault(MODE_LABEL, "")));
    }
}
