package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Services that Kubernetes does not know, one for each host.
 *
 * @param addresses addresses and ranges as text
 * @param workloadSelector null when not given, which differs from one without labels
 * @param assigned addresses that its status says were assigned to hosts, in that order
 * @param exportTo the namespaces that see it: names, {@code .} for its own, {@code *} for all; empty for all. Node proxies
 *     do not look at it, gRPC clients do
 */
public record ServiceEntry(
        ObjectMeta metadata,
        List<String> hosts,
        List<String> addresses,
        List<Port> ports,
        Resolution resolution,
        List<WorkloadEntry.Endpoint> endpoints,
        @Nullable WorkloadSelector workloadSelector,
        List<String> subjectAltNames,
        List<HostAddress> assigned,
        List<String> exportTo)
        implements KubeObject {
    public ServiceEntry {
        requireNonNull(metadata, "metadata");
        hosts = List.copyOf(hosts);
        addresses = List.copyOf(addresses);
        ports = List.copyOf(ports);
        requireNonNull(resolution, "resolution");
        endpoints = List.copyOf(endpoints);
        subjectAltNames = List.copyOf(subjectAltNames);
        assigned = List.copyOf(assigned);
        exportTo = List.copyOf(exportTo);
    }

    @Override
    public Kind kind() {
        return Kind.SERVICE_ENTRY;
    }

    /** Returns this entry with other assigned addresses. */
    public ServiceEntry withAssigned(List<HostAddress> replacement) {
        return new ServiceEntry(
                metadata,
                hosts,
                addresses,
                ports,
                resolution,
                endpoints,
                workloadSelector,
                subjectAltNames,
                replacement,
                exportTo);
    }

    /** How an address behind a host is found. */
    public enum Resolution {
        NONE,
        STATIC,
        DNS,
        DNS_ROUND_ROBIN,
        DYNAMIC_DNS;

        /** Returns whether a host without endpoints stands for itself. */
        public boolean isDns() {
            return this == DNS || this == DNS_ROUND_ROBIN || this == DYNAMIC_DNS;
        }
    }

    /**
     * A port.
     *
     * @param protocol empty when not given
     * @param targetPort 0 when not given
     */
    public record Port(int number, String name, String protocol, int targetPort) {
        public Port {
            requireNonNull(name, "name");
            requireNonNull(protocol, "protocol");
        }

        /** Returns the port of the endpoints: the one given, or else the number itself. */
        public int target() {
            return targetPort == 0 ? number : targetPort;
        }
    }

    /** An address that was assigned to a host. */
    public record HostAddress(String host, String value) {
        public HostAddress {
            requireNonNull(host, "host");
            requireNonNull(value, "value");
        }
    }
}
