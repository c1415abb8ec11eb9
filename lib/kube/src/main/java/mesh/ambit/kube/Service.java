package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service. Texts that are not given are empty.
 *
 * @param clusterIp one address, {@code None} for a headless service, or empty
 * @param clusterIps all addresses; the same words
 * @param ipFamilies {@code IPv4} and {@code IPv6}, the primary first
 * @param selector empty when the service selects no pods
 */
public record Service(
        ObjectMeta metadata,
        String type,
        String clusterIp,
        List<String> clusterIps,
        List<String> ipFamilies,
        String ipFamilyPolicy,
        Map<String, String> selector,
        List<Port> ports,
        String trafficDistribution,
        String internalTrafficPolicy,
        boolean publishNotReadyAddresses)
        implements KubeObject {

    /** What a headless service has in the place of an address. */
    public static final String HEADLESS = "None";

    public Service {
        requireNonNull(metadata, "metadata");
        requireNonNull(type, "type");
        requireNonNull(clusterIp, "clusterIp");
        clusterIps = List.copyOf(clusterIps);
        ipFamilies = List.copyOf(ipFamilies);
        requireNonNull(ipFamilyPolicy, "ipFamilyPolicy");
        selector = Copies.sorted(selector);
        ports = List.copyOf(ports);
        requireNonNull(trafficDistribution, "trafficDistribution");
        requireNonNull(internalTrafficPolicy, "internalTrafficPolicy");
    }

    @Override
    public Kind kind() {
        return Kind.SERVICE;
    }

    /** Returns whether this service is only another name for something outside. */
    public boolean isExternalName() {
        return type.equals("ExternalName");
    }

    /** Returns whether this service is without an address by choice. */
    public boolean isHeadless() {
        return clusterIp.equals(HEADLESS) || clusterIps.contains(HEADLESS);
    }

    /** Returns the addresses as text: {@code clusterIps}, or else {@code clusterIp}, without {@code None}. */
    public List<String> addresses() {
        List<String> given = clusterIps.isEmpty() ? List.of(clusterIp) : clusterIps;
        return given.stream()
                .filter(ip -> !ip.isEmpty() && !ip.equals(HEADLESS))
                .toList();
    }

    /** Returns this service with other addresses and families. */
    public Service withAddresses(List<String> addresses, List<String> families) {
        return new Service(
                metadata,
                type,
                addresses.isEmpty() ? clusterIp : addresses.getFirst(),
                addresses,
                families,
                ipFamilyPolicy,
                selector,
                ports,
                trafficDistribution,
                internalTrafficPolicy,
                publishNotReadyAddresses);
    }

    /** Returns this service with other ports. */
    public Service withPorts(List<Port> replacement) {
        return new Service(
                metadata,
                type,
                clusterIp,
                clusterIps,
                ipFamilies,
                ipFamilyPolicy,
                selector,
                replacement,
                trafficDistribution,
                internalTrafficPolicy,
                publishNotReadyAddresses);
    }

    /**
     * A port of a service.
     *
     * @param name empty when not given
     * @param protocol empty when not given
     * @param appProtocol null when not given, which differs from empty
     * @param targetPort null when not given
     */
    public record Port(
            String name,
            String protocol,
            @Nullable String appProtocol,
            int port,
            @Nullable TargetPort targetPort) {
        public Port {
            requireNonNull(name, "name");
            requireNonNull(protocol, "protocol");
        }
    }

    /** Where a service port leads in the pod. */
    public sealed interface TargetPort {
        /** A port number. */
        record Numbered(int port) implements TargetPort {}

        /** The name of a container port, which each pod may give another number. */
        record Named(String name) implements TargetPort {
            public Named {
                requireNonNull(name, "name");
            }
        }
    }
}
