package mesh.ambit.istiod.ambient;

import java.util.List;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.policy.OutboundPolicies;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Scope;

/**
 * AuthorizationPolicies about what workloads open, told from the others by a label. They get names by which our node
 * proxies know them, and the scope of a selector whatever theirs was: a proxy that does not know the names applies such
 * a policy to workloads that list it, and none does.
 */
final class OutboundConversion {
    private OutboundConversion() {}

    static boolean isOutbound(AuthorizationPolicy policy) {
        return "outbound".equals(policy.metadata().labels().get(Labels.DIRECTION));
    }

    /** Returns what is sent for {@code converted}: the rules, and what selected workloads list in their place. */
    static List<Policy> convert(Policy converted) {
        String name = converted.name();
        return switch (converted.scope()) {
            case GLOBAL -> List.of(renamed(converted, OutboundPolicies.MESH_PREFIX + name));
            case NAMESPACE ->
                List.of(renamed(
                        converted,
                        name.startsWith(OutboundPolicies.NAMESPACE_PREFIX)
                                ? name
                                : OutboundPolicies.NAMESPACE_PREFIX + name));
            case WORKLOAD_SELECTOR ->
                List.of(
                        renamed(converted, OutboundPolicies.ATTACHED_PREFIX + name),
                        new Policy(
                                converted.namespace(),
                                OutboundPolicies.MARKER_PREFIX + name,
                                Scope.WORKLOAD_SELECTOR,
                                Action.DENY,
                                List.of(),
                                false));
        };
    }

    /** Returns the name under which selected workloads list a policy. */
    static String listedName(AuthorizationPolicy policy) {
        String name = policy.metadata().name();
        return isOutbound(policy) ? OutboundPolicies.MARKER_PREFIX + name : name;
    }

    private static Policy renamed(Policy policy, String name) {
        return new Policy(
                policy.namespace(), name, Scope.WORKLOAD_SELECTOR, policy.action(), policy.groups(), policy.dryRun());
    }
}
