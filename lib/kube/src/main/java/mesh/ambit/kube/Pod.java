package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A pod.
 *
 * @param serviceAccountName empty when not given
 * @param nodeName empty when not given
 */
public record Pod(
        ObjectMeta metadata,
        String serviceAccountName,
        String nodeName,
        boolean hostNetwork,
        List<Container> containers,
        List<Container> initContainers,
        Status status)
        implements KubeObject {

    public Pod {
        requireNonNull(metadata, "metadata");
        requireNonNull(serviceAccountName, "serviceAccountName");
        requireNonNull(nodeName, "nodeName");
        containers = List.copyOf(containers);
        initContainers = List.copyOf(initContainers);
        requireNonNull(status, "status");
    }

    @Override
    public Kind kind() {
        return Kind.POD;
    }

    /**
     * A container, for its ports.
     *
     * @param restartPolicy empty when not given; {@code Always} on an init container makes it a sidecar
     */
    public record Container(String name, String restartPolicy, List<ContainerPort> ports) {
        public Container {
            requireNonNull(name, "name");
            requireNonNull(restartPolicy, "restartPolicy");
            ports = List.copyOf(ports);
        }
    }

    /**
     * A port that a container declares.
     *
     * @param name empty when not given
     * @param protocol empty when not given
     */
    public record ContainerPort(String name, int containerPort, String protocol) {
        public ContainerPort {
            requireNonNull(name, "name");
            requireNonNull(protocol, "protocol");
        }
    }

    /**
     * What the node observes of a pod.
     *
     * @param phase empty when not given
     * @param podIp empty when not given
     * @param podIps all addresses as text, the primary first; may be empty although {@code podIp} is given
     * @param ready whether the condition {@code Ready} is {@code True}
     */
    public record Status(String phase, String podIp, List<String> podIps, boolean ready) {
        /** A pod of which nothing is known yet. */
        public static final Status UNKNOWN = new Status("", "", List.of(), false);

        public Status {
            requireNonNull(phase, "phase");
            requireNonNull(podIp, "podIp");
            podIps = List.copyOf(podIps);
        }

        /** Returns all addresses as text: {@code podIps}, or else the single {@code podIp}, or else none. */
        public List<String> addresses() {
            if (!podIps.isEmpty()) {
                return podIps;
            }
            return podIp.isEmpty() ? List.of() : List.of(podIp);
        }

        /** Returns whether the pod has ended for good. */
        public boolean isTerminal() {
            return phase.equals("Succeeded") || phase.equals("Failed");
        }
    }
}
