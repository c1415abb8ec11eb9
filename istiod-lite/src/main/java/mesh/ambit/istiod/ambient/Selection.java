package mesh.ambit.istiod.ambient;

import java.util.List;
import java.util.Map;
import mesh.ambit.kube.ObjectKey;

/**
 * What selects workloads of one namespace that have the same labels. Most pods share theirs with many others, so this is
 * found out once for all of them.
 *
 * @param members Services and ServiceEntries of the namespace, by key
 * @param policies {@code namespace/name} of policies, in the order in which workloads list them
 */
record Selection(List<ObjectKey> members, List<String> policies) {
    Selection {
        members = List.copyOf(members);
        policies = List.copyOf(policies);
    }

    /** Whose selection it is; {@code cluster} is empty for our own. */
    record Of(String cluster, String namespace, Map<String, String> labels) {}
}
