package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.PeerAuthentication.Mode;
import mesh.ambit.kube.WorkloadSelector;
import org.jspecify.annotations.Nullable;

/** Which PeerAuthentication counts for which workload, and which mode a workload inherits. */
final class PeerAuthentications {
    private final String rootNamespace;

    /** The oldest first. */
    private final Map<String, List<PeerAuthentication>> byNamespace = new TreeMap<>();

    PeerAuthentications(List<PeerAuthentication> visible, String rootNamespace) {
        this.rootNamespace = rootNamespace;
        for (PeerAuthentication policy : visible) {
            byNamespace
                    .computeIfAbsent(policy.metadata().namespace(), namespace -> new ArrayList<>())
                    .add(policy);
        }
        byNamespace.values().forEach(policies -> policies.sort(Seniority.OLDEST_FIRST));
    }

    /** Returns all of them, by namespace, the oldest first. */
    List<PeerAuthentication> all() {
        return byNamespace.values().stream().flatMap(List::stream).toList();
    }

    /** Returns the one with a selector that counts for a workload, or null when none does. */
    @Nullable
    PeerAuthentication selecting(String namespace, Map<String, String> labels) {
        if (namespace.equals(rootNamespace)) {
            return null;
        }
        return oldest(namespace, policy -> {
            WorkloadSelector selector = policy.selector();
            return selector != null && Labels.selects(selector.matchLabels(), labels);
        });
    }

    /** Returns whether workloads of a namespace are strict before their own policies are asked. */
    boolean inheritsStrict(String namespace) {
        return strict(namespace, PeerAuthentications::selectsAll);
    }

    /** The same, from policies without any selector only, as a policy with an empty selector sees it. */
    boolean inheritsStrictWithoutSelectors(String namespace) {
        return strict(namespace, policy -> policy.selector() == null);
    }

    private boolean strict(String namespace, Predicate<PeerAuthentication> ofNamespace) {
        if (namespace.equals(rootNamespace)) {
            // In the root namespace itself an empty selector is as good as none.
            PeerAuthentication mesh = oldest(rootNamespace, ofNamespace);
            return mesh != null && mesh.mode() == Mode.STRICT;
        }
        PeerAuthentication own = oldest(namespace, ofNamespace);
        if (own != null && own.mode() != Mode.UNSET) {
            return own.mode() == Mode.STRICT;
        }
        PeerAuthentication mesh = oldest(rootNamespace, policy -> policy.selector() == null);
        return mesh != null && mesh.mode() == Mode.STRICT;
    }

    private @Nullable PeerAuthentication oldest(String namespace, Predicate<PeerAuthentication> condition) {
        for (PeerAuthentication policy : byNamespace.getOrDefault(namespace, List.of())) {
            if (condition.test(policy)) {
                return policy;
            }
        }
        return null;
    }

    private static boolean selectsAll(PeerAuthentication policy) {
        WorkloadSelector selector = policy.selector();
        return selector == null || selector.matchLabels().isEmpty();
    }
}
