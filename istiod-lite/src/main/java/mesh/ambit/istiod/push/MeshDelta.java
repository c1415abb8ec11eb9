package mesh.ambit.istiod.push;

import java.util.Collection;
import java.util.List;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;

/**
 * What becomes different in the mesh. A resource that is named here and yet the same as before is told to nobody.
 *
 * @param addresses workloads and services that are new or changed
 * @param removedAddresses resource names of those that are gone; a name that is in both is there
 * @param policies new or changed
 * @param removedPolicies {@code namespace/name} of those that are gone
 */
public record MeshDelta(
        Collection<? extends MeshResource> addresses,
        Collection<String> removedAddresses,
        Collection<Policy> policies,
        Collection<String> removedPolicies) {
    public MeshDelta {
        addresses = List.copyOf(addresses);
        removedAddresses = List.copyOf(removedAddresses);
        policies = List.copyOf(policies);
        removedPolicies = List.copyOf(removedPolicies);
    }
}
