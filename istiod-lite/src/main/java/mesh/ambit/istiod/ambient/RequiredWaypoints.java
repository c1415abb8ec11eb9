package mesh.ambit.istiod.ambient;

import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.MeshServices.MeshService;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Pod;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Pods that insist on their waypoint, by a label or an annotation of their own, of a service of theirs or of their
 * namespace. Node proxies learn of it from a policy that such a pod lists: without rules it denies nothing, so that a
 * proxy that does not know its name has nothing to do.
 */
final class RequiredWaypoints {
    /** The name of the policy; proxies know it. */
    static final String POLICY = "ambit-require-waypoint";

    private final ObjectSet objects;
    private final SortedMap<String, Policy> marked = new TreeMap<>();

    RequiredWaypoints(ObjectSet objects) {
        this.objects = objects;
    }

    /** Returns the key of the policy that {@code pod}, in {@code services}, lists; null if it insists on nothing. */
    @Nullable
    String keyFor(Pod pod, Collection<MeshService> services) {
        ObjectMeta meta = pod.metadata();
        Namespace namespace = objects.namespace(meta.namespace());
        boolean insists = insists(meta)
                || (namespace != null && insists(namespace.metadata()))
                || services.stream()
                        .anyMatch(service -> insists(service.object().metadata()));
        if (!insists) {
            return null;
        }
        Policy policy = new Policy(meta.namespace(), POLICY, Scope.WORKLOAD_SELECTOR, Action.DENY, List.of(), false);
        marked.put(policy.key(), policy);
        return policy.key();
    }

    /** Returns the policies that were listed so far. */
    SortedMap<String, Policy> policies() {
        return marked;
    }

    private static boolean insists(ObjectMeta meta) {
        return Labels.isTrue(meta.labels().getOrDefault(Labels.REQUIRE_WAYPOINT, ""))
                || Labels.isTrue(meta.annotations().getOrDefault(Labels.REQUIRE_WAYPOINT, ""));
    }
}
