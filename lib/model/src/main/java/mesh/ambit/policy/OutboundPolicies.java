package mesh.ambit.policy;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.model.PersistentMap;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Policies about what workloads may open, an extension of ours. They travel as policies that apply to nobody: with the
 * scope of a selector, and listed by no workload, so that a node proxy that does not know them keeps and ignores them.
 * What they are is in their name; names with an underscore are no names of Kubernetes objects, so only a controller can
 * give them.
 *
 * <table>
 * <caption>Names</caption>
 * <tr><td>{@code ambit-outbound-x}</td><td>for all workloads of the policy's namespace</td></tr>
 * <tr><td>{@code ambit-outbound_mesh_x}</td><td>for all workloads</td></tr>
 * <tr><td>{@code ambit-outbound_to_x}</td><td>for workloads that list {@code ambit-outbound_by_x}, which denies
 * nothing</td></tr>
 * </table>
 */
public final class OutboundPolicies {
    static final OutboundPolicies EMPTY = new OutboundPolicies(PersistentMap.empty());

    /** How a policy for the workloads of its namespace is called. */
    public static final String NAMESPACE_PREFIX = "ambit-outbound-";

    /** How a policy for all workloads is called. */
    public static final String MESH_PREFIX = "ambit-outbound_mesh_";

    /** How a policy for some workloads is called. */
    public static final String ATTACHED_PREFIX = "ambit-outbound_to_";

    /** How the policy is called that those workloads list instead of it. */
    public static final String MARKER_PREFIX = "ambit-outbound_by_";

    /** The namespace under which policies for all stand. */
    private static final String MESH = "";

    /** Policies that apply without being listed, by namespace. */
    private final PersistentMap<String, PersistentMap<String, Policy>> byNamespace;

    private OutboundPolicies(PersistentMap<String, PersistentMap<String, Policy>> byNamespace) {
        this.byNamespace = byNamespace;
    }

    OutboundPolicies with(Policy policy) {
        String namespace = namespace(policy);
        return namespace == null
                ? this
                : new OutboundPolicies(byNamespace.with(namespace, of(namespace).with(policy.resourceName(), policy)));
    }

    OutboundPolicies without(Policy policy) {
        String namespace = namespace(policy);
        if (namespace == null) {
            return this;
        }
        PersistentMap<String, Policy> left = of(namespace).without(policy.resourceName());
        return new OutboundPolicies(
                left.isEmpty() ? byNamespace.without(namespace) : byNamespace.with(namespace, left));
    }

    /** Returns the policies for what {@code source} opens. */
    List<Policy> applicableTo(Workload source, PolicySet policies) {
        List<Policy> applicable = new ArrayList<>(0);
        if (!byNamespace.isEmpty()) {
            applicable.addAll(of(source.namespace()).values());
            applicable.addAll(of(MESH).values());
        }
        for (String key : source.authorizationPolicies()) {
            int name = key.indexOf('/') + 1;
            if (key.startsWith(MARKER_PREFIX, name)) {
                String rules = key.substring(0, name) + ATTACHED_PREFIX + key.substring(name + MARKER_PREFIX.length());
                Policy policy = policies.find(rules);
                if (policy != null && policy.scope() == Scope.WORKLOAD_SELECTOR) {
                    applicable.add(policy);
                }
            }
        }
        return applicable;
    }

    private PersistentMap<String, Policy> of(String namespace) {
        return byNamespace.findOr(namespace, PersistentMap.empty());
    }

    /** Returns under which namespace a policy stands; null for one that is not about what workloads open. */
    private static @Nullable String namespace(Policy policy) {
        if (policy.scope() != Scope.WORKLOAD_SELECTOR) {
            return null;
        }
        if (policy.name().startsWith(NAMESPACE_PREFIX)) {
            return policy.namespace();
        }
        return policy.name().startsWith(MESH_PREFIX) ? MESH : null;
    }
}
