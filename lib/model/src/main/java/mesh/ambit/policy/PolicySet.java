package mesh.ambit.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import mesh.ambit.model.PersistentMap;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Every policy of the mesh at one moment, by the name of its resource and by the workloads it applies to. Immutable; a
 * changed set shares structure with the one before.
 */
public final class PolicySet {
    /** No policies. */
    public static final PolicySet EMPTY =
            new PolicySet(PersistentMap.empty(), PersistentMap.empty(), OutboundPolicies.EMPTY);

    /** The namespace under which global policies stand. */
    private static final String GLOBAL = "";

    private final PersistentMap<String, Policy> byName;
    /** Policies that apply without being listed, by namespace; those that only apply where listed are not here. */
    private final PersistentMap<String, PersistentMap<String, Policy>> byNamespace;

    private final OutboundPolicies outbound;

    private PolicySet(
            PersistentMap<String, Policy> byName,
            PersistentMap<String, PersistentMap<String, Policy>> byNamespace,
            OutboundPolicies outbound) {
        this.byName = byName;
        this.byNamespace = byNamespace;
        this.outbound = outbound;
    }

    /** Returns the set after one message: {@code updates}, then {@code removals} by name; unknown ones are ignored. */
    public PolicySet apply(Collection<Policy> updates, Collection<String> removals) {
        PolicySet next = this;
        for (Policy policy : updates) {
            next = next.with(policy);
        }
        for (String name : removals) {
            next = next.without(name);
        }
        return next;
    }

    /** Returns every policy by the name of its resource. */
    public PersistentMap<String, Policy> policies() {
        return byName;
    }

    public boolean isEmpty() {
        return byName.isEmpty();
    }

    public @Nullable Policy find(String name) {
        return byName.find(name);
    }

    /**
     * Returns the policies that apply to {@code destination} and have arrived: those of its namespace, then those of the
     * mesh, then those that it lists.
     */
    public List<Policy> applicableTo(Workload destination) {
        List<Policy> applicable =
                new ArrayList<>(ofNamespace(destination.namespace()).values());
        applicable.addAll(global().values());
        for (String name : destination.authorizationPolicies()) {
            Policy policy = find(name);
            if (policy != null) {
                applicable.add(policy);
            }
        }
        return applicable;
    }

    /** Returns the policies about what {@code source} opens; see {@link OutboundPolicies}. */
    public List<Policy> outboundOf(Workload source) {
        return outbound.applicableTo(source, this);
    }

    /** Returns the policies that apply to every workload of {@code namespace} alone. */
    PersistentMap<String, Policy> ofNamespace(String namespace) {
        return byNamespace.findOr(namespace, PersistentMap.empty());
    }

    /** Returns the policies that apply to every workload of the mesh. */
    PersistentMap<String, Policy> global() {
        return byNamespace.findOr(GLOBAL, PersistentMap.empty());
    }

    private PolicySet with(Policy policy) {
        // A change of scope must leave nothing behind in the old place.
        PolicySet rest = without(policy.resourceName());
        PersistentMap<String, PersistentMap<String, Policy>> index = rest.byNamespace;
        if (policy.scope() != Scope.WORKLOAD_SELECTOR) {
            String namespace = namespace(policy);
            PersistentMap<String, Policy> there = index.findOr(namespace, PersistentMap.empty());
            index = index.with(namespace, there.with(policy.resourceName(), policy));
        }
        return new PolicySet(rest.byName.with(policy.resourceName(), policy), index, rest.outbound.with(policy));
    }

    private PolicySet without(String name) {
        Policy policy = byName.find(name);
        if (policy == null) {
            return this;
        }
        String namespace = namespace(policy);
        PersistentMap<String, Policy> there = byNamespace.findOr(namespace, PersistentMap.empty());
        PersistentMap<String, Policy> left = there.without(name);
        return new PolicySet(
                byName.without(name),
                left.isEmpty() ? byNamespace.without(namespace) : byNamespace.with(namespace, left),
                outbound.without(policy));
    }

    private static String namespace(Policy policy) {
        return policy.scope() == Scope.GLOBAL ? GLOBAL : policy.namespace();
    }
}
