package mesh.ambit.xds;

import java.util.List;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;

/** What one response changes. Everything in it is applied before anybody sees any of it. */
public sealed interface MeshUpdates {
    /**
     * Workloads and services.
     *
     * @param upserts in the order sent; the last one of a name counts
     * @param removals xds resource names, applied after the upserts: a workload's uid or a service's {@code
     *     namespace/hostname}; unknown ones are to be ignored
     */
    record Addresses(List<MeshResource> upserts, List<String> removals) implements MeshUpdates {
        /** Copies the lists. */
        public Addresses {
            upserts = List.copyOf(upserts);
            removals = List.copyOf(removals);
        }
    }

    /**
     * Authorization policies.
     *
     * @param upserts in the order sent
     * @param removals xds resource names, applied after the upserts
     */
    record Policies(List<Policy> upserts, List<String> removals) implements MeshUpdates {
        /** Copies the lists. */
        public Policies {
            upserts = List.copyOf(upserts);
            removals = List.copyOf(removals);
        }
    }
}
