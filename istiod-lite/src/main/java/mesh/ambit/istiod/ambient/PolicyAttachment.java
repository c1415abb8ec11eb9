package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.WorkloadSelector;

/** Which policies a workload lists: those that select it, then the one of its PeerAuthentication. */
final class PolicyAttachment {
    private final String rootNamespace;
    private final Map<String, List<Selecting>> byNamespace = new TreeMap<>();
    private final PeerAuthenticationConversion peerAuthentications;

    private record Selecting(String key, Map<String, String> selector) {}

    /** Takes the policies that were converted, in any order. */
    PolicyAttachment(
            List<AuthorizationPolicy> converted,
            PeerAuthenticationConversion peerAuthentications,
            String rootNamespace) {
        this.peerAuthentications = peerAuthentications;
        this.rootNamespace = rootNamespace;
        for (AuthorizationPolicy policy : converted) {
            WorkloadSelector selector = policy.selector();
            if (selector != null) {
                String namespace = policy.metadata().namespace();
                byNamespace
                        .computeIfAbsent(namespace, n -> new ArrayList<>())
                        .add(new Selecting(
                                namespace + "/" + OutboundConversion.listedName(policy), selector.matchLabels()));
            }
        }
    }

    /**
     * Returns {@code namespace/name} of each policy. The two parts are sorted, the whole is not. A selector with terms
     * never matches a workload without labels.
     */
    List<String> of(String namespace, Map<String, String> labels) {
        List<String> keys = new ArrayList<>();
        addSelecting(namespace, labels, keys);
        if (!namespace.equals(rootNamespace)) {
            addSelecting(rootNamespace, labels, keys);
        }
        Collections.sort(keys);
        String peerAuthentication = peerAuthentications.keyFor(namespace, labels);
        if (peerAuthentication != null) {
            keys.add(peerAuthentication);
        }
        return keys;
    }

    private void addSelecting(String namespace, Map<String, String> labels, List<String> keys) {
        for (Selecting policy : byNamespace.getOrDefault(namespace, List.of())) {
            if (Labels.selects(policy.selector(), labels)) {
                keys.add(policy.key());
            }
        }
    }
}
