package mesh.ambit.istiod.ambient;

import java.util.Collection;
import java.util.List;
import mesh.ambit.kube.ObjectMeta;
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

    private RequiredWaypoints() {}

    /** Returns the policy that a pod in {@code members} lists; null if it insists on nothing. */
    static @Nullable Policy of(ObjectMeta pod, Traits namespace, Collection<Member> members) {
        boolean insists = insists(pod)
                || Labels.isTrue(namespace.labels().getOrDefault(Labels.REQUIRE_WAYPOINT, ""))
                || Labels.isTrue(namespace.annotations().getOrDefault(Labels.REQUIRE_WAYPOINT, ""))
                || members.stream().anyMatch(Member::insists);
        return insists
                ? new Policy(pod.namespace(), POLICY, Scope.WORKLOAD_SELECTOR, Action.DENY, List.of(), false)
                : null;
    }

    static boolean insists(ObjectMeta meta) {
        return Labels.isTrue(meta.labels().getOrDefault(Labels.REQUIRE_WAYPOINT, ""))
                || Labels.isTrue(meta.annotations().getOrDefault(Labels.REQUIRE_WAYPOINT, ""));
    }
}
