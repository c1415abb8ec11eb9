package mesh.ambit.node.pods;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import mesh.ambit.kube.Defaults;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Pod;
import mesh.ambit.node.rules.CaptureOptions;
import org.jspecify.annotations.Nullable;

/**
 * Which pods this node should have, decided from the declared objects alone.
 *
 * @param pods those to be made, by key
 * @param refused those that cannot be, each with the reason
 * @param hostNetwork those that share the machine's network, which is left alone
 */
public record PodPlan(Map<PodKey, PodSpec> pods, Map<PodKey, String> refused, Set<PodKey> hostNetwork) {
    /** Names an existing network namespace that stands for the pod. */
    public static final String NETNS_ANNOTATION = "ambit.mesh/netns";

    /** Says on a pod, or else on its namespace, whether it is in the mesh. */
    static final String MODE_LABEL = "istio.io/dataplane-mode";

    static final String BYPASS_INBOUND_ANNOTATION = "ambient.istio.io/bypass-inbound-capture";
    static final String DNS_ANNOTATION = "ambient.istio.io/dns-capture";
    static final String VIRTUAL_INTERFACES_ANNOTATION = "istio.io/reroute-virtual-interfaces";
    static final String SIDECAR_ANNOTATION = "sidecar.istio.io/status";

    /** The kernel's limit for a file name. */
    private static final int MAX_NAME = 255;

    /** What Go, and so upstream, takes for true. */
    private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");

    private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

    public PodPlan {
        pods = new TreeMap<>(pods);
        refused = new TreeMap<>(refused);
        hostNetwork = new TreeSet<>(hostNetwork);
    }

    /**
     * Returns the plan for {@code node}.
     *
     * @param capture what holds for pods whose annotations say nothing else
     */
    public static PodPlan of(ObjectSet objects, String node, CaptureOptions capture) {
        Planner planner = new Planner(objects, capture);
        for (Pod declared : objects.pods()) {
            Pod pod = Defaults.fill(declared);
            if (pod.nodeName().equals(node) && !pod.status().isTerminal()) {
                planner.plan(pod);
            }
        }
        return new PodPlan(planner.pods, planner.refused, planner.hostNetwork);
    }

    private static final class Planner {
        private final ObjectSet objects;
        private final CaptureOptions capture;
        private final Map<PodKey, PodSpec> pods = new HashMap<>();
        private final Map<PodKey, String> refused = new HashMap<>();
        private final Set<PodKey> hostNetwork = new HashSet<>();
        private final Map<Path, PodKey> namespaces = new HashMap<>();
        private final Map<InetAddress, PodKey> addresses = new HashMap<>();

        Planner(ObjectSet objects, CaptureOptions capture) {
            this.objects = objects;
            this.capture = capture;
        }

        void plan(Pod pod) {
            PodKey key = new PodKey(pod.metadata().namespace(), pod.metadata().name());
            if (pod.hostNetwork()) {
                hostNetwork.add(key);
                return;
            }
            try {
                pods.put(key, spec(key, pod));
            } catch (IllegalArgumentException e) {
                refused.put(key, String.valueOf(e.getMessage()));
            }
        }

        private PodSpec spec(PodKey key, Pod pod) {
            Map<String, String> annotations = pod.metadata().annotations();
            String adopted = annotations.get(NETNS_ANNOTATION);
            claimNamespace(key, Fabric.pathOf(adopted == null ? key.netnsName() : adopted));
            List<InetAddress> declared = new ArrayList<>();
            for (String text : pod.status().addresses()) {
                declared.add(claimAddress(key, InetAddress.ofLiteral(text)));
            }
            return new PodSpec(
                    key,
                    pod.metadata().uid(),
                    pod.serviceAccountName(),
                    declared,
                    adopted,
                    isInMesh(pod),
                    new CaptureOptions(
                            capture.ipv6(),
                            capture.graceful(),
                            flag(annotations.get(BYPASS_INBOUND_ANNOTATION), capture.bypassInbound()),
                            flag(annotations.get(DNS_ANNOTATION), capture.dns()),
                            interfaces(annotations.get(VIRTUAL_INTERFACES_ANNOTATION))));
        }

        private void claimNamespace(PodKey key, Path netns) {
            int length = String.valueOf(netns.getFileName()).length();
            if (length > MAX_NAME) {
                throw new IllegalArgumentException("its network namespace would have a name of " + length
                        + " letters (expected: at most " + MAX_NAME + ")");
            }
            PodKey owner = namespaces.putIfAbsent(netns, key);
            if (owner != null) {
                throw new IllegalArgumentException("its network namespace would be " + netns + ", which is that of "
                        + owner + " already; rename one of them");
            }
        }

        private InetAddress claimAddress(PodKey key, InetAddress address) {
            PodKey owner = addresses.putIfAbsent(address, key);
            if (owner != null && !owner.equals(key)) {
                throw new IllegalArgumentException(
                        "its address " + address.getHostAddress() + " is that of " + owner + " already");
            }
            return address;
        }

        /** The pod's own word comes first; a pod with a sidecar has its proxy already. */
        private boolean isInMesh(Pod pod) {
            if (pod.metadata().annotations().containsKey(SIDECAR_ANNOTATION)) {
                return false;
            }
            String own = pod.metadata().labels().getOrDefault(MODE_LABEL, "");
            if (own.equals("ambient")) {
                return true;
            }
            Namespace namespace = objects.namespace(pod.metadata().namespace());
            return !own.equals("none")
                    && namespace != null
                    && namespace
                            .metadata()
                            .labels()
                            .getOrDefault(MODE_LABEL, "")
                            .equals("ambient");
        }

        /** What does not parse counts as not said, as it does upstream. */
        private static boolean flag(@Nullable String text, boolean fallback) {
            if (text == null) {
                return fallback;
            }
            return TRUE.contains(text) || (fallback && !FALSE.contains(text));
        }

        private static List<String> interfaces(@Nullable String text) {
            return text == null || text.isBlank()
                    ? List.of()
                    : List.of(text.split(",", -1)).stream().map(String::strip).toList();
        }
    }
}
