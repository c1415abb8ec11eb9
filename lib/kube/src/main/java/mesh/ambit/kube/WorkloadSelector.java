package mesh.ambit.kube;

import java.util.Map;

/**
 * The workloads of a policy.
 *
 * @param matchLabels empty when the policy has a selector that names no label
 */
public record WorkloadSelector(Map<String, String> matchLabels) {
    public WorkloadSelector {
        matchLabels = Copies.sorted(matchLabels);
    }
}
