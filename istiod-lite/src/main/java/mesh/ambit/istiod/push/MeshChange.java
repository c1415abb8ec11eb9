package mesh.ambit.istiod.push;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import mesh.ambit.model.Workload;

/**
 * The names of what differs between two states: added, changed or gone.
 *
 * @param workloads resource names of workloads
 * @param services resource names of services
 * @param policies resource names of policies
 */
record MeshChange(Set<String> workloads, Set<String> services, Set<String> policies) {
    MeshChange {
        workloads = Set.copyOf(workloads);
        services = Set.copyOf(services);
        policies = Set.copyOf(policies);
    }

    /** Returns what a client that holds {@code before} must hear of to hold {@code after}. */
    static MeshChange between(PushState before, PushState after) {
        Set<String> workloads = new HashSet<>();
        Set<String> services = new HashSet<>();
        collectAddresses(before.addresses(), after.addresses(), workloads, services);
        collectAddresses(after.addresses(), before.addresses(), workloads, services);
        Set<String> policies = new HashSet<>();
        collectPolicies(before.policies(), after.policies(), policies);
        collectPolicies(after.policies(), before.policies(), policies);
        return new MeshChange(workloads, services, policies);
    }

    boolean isEmpty() {
        return workloads.isEmpty() && services.isEmpty() && policies.isEmpty();
    }

    private static void collectAddresses(
            Map<String, AddressResource> one,
            Map<String, AddressResource> other,
            Set<String> workloads,
            Set<String> services) {
        one.forEach((name, resource) -> {
            AddressResource counterpart = other.get(name);
            if (counterpart == null || !counterpart.version().equals(resource.version())) {
                (resource.source() instanceof Workload ? workloads : services).add(name);
            }
        });
    }

    private static void collectPolicies(
            Map<String, PolicyResource> one, Map<String, PolicyResource> other, Set<String> policies) {
        one.forEach((name, resource) -> {
            PolicyResource counterpart = other.get(name);
            if (counterpart == null || !counterpart.source().equals(resource.source())) {
                policies.add(name);
            }
        });
    }
}
