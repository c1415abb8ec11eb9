package mesh.ambit.istiod.ambient;

import java.util.List;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;

/**
 * What changed in the mesh, and nothing else.
 *
 * @param addresses workloads and services that are new or changed, by resource name
 * @param removedAddresses resource names of those that are gone, sorted
 * @param policies new or changed, by resource name
 * @param removedPolicies resource names of those that are gone, sorted
 * @param warnings what is left out or taken otherwise than written since now, one sentence each, sorted
 * @param warned whether there are other warnings than before, fewer perhaps
 */
public record MeshUpdate(
        List<MeshResource> addresses,
        List<String> removedAddresses,
        List<Policy> policies,
        List<String> removedPolicies,
        List<String> warnings,
        boolean warned) {
    public MeshUpdate {
        addresses = List.copyOf(addresses);
        removedAddresses = List.copyOf(removedAddresses);
        policies = List.copyOf(policies);
        removedPolicies = List.copyOf(removedPolicies);
        warnings = List.copyOf(warnings);
    }

    /** Returns whether clients have nothing to hear of. */
    public boolean isEmpty() {
        return addresses.isEmpty() && removedAddresses.isEmpty() && policies.isEmpty() && removedPolicies.isEmpty();
    }
}
