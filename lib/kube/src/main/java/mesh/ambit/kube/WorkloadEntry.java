package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/** A workload outside of Kubernetes, on a machine of its own for instance. */
public record WorkloadEntry(ObjectMeta metadata, Endpoint endpoint) implements KubeObject {
    public WorkloadEntry {
        requireNonNull(metadata, "metadata");
        requireNonNull(endpoint, "endpoint");
    }

    @Override
    public Kind kind() {
        return Kind.WORKLOAD_ENTRY;
    }

    /**
     * Where a workload is and who it is; a ServiceEntry has such endpoints too. Texts that are not given are empty.
     *
     * @param address an IP address, or else a name to be resolved
     * @param ports port numbers by the names of service ports
     * @param locality region, zone and subzone with slashes between them
     * @param weight share of the connections, unsigned; 0 when not given
     */
    public record Endpoint(
            String address,
            Map<String, Integer> ports,
            Map<String, String> labels,
            String network,
            String locality,
            int weight,
            String serviceAccount) {
        public Endpoint {
            requireNonNull(address, "address");
            ports = Copies.sorted(ports);
            labels = Copies.sorted(labels);
            requireNonNull(network, "network");
            requireNonNull(locality, "locality");
            requireNonNull(serviceAccount, "serviceAccount");
        }

        /** Returns an endpoint that is an address and nothing else. */
        public static Endpoint at(String address) {
            return new Endpoint(address, Map.of(), Map.of(), "", "", 0, "");
        }
    }
}
