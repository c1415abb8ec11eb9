package mesh.ambit.model;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A name and virtual addresses that stand for a set of workloads.
 *
 * @param namespace namespace, half of the key
 * @param hostname fully qualified name, half of the key
 * @param name short name, for labels
 * @param vips virtual addresses in the order sent; none for a headless service
 * @param cidrVips virtual ranges in the order sent
 * @param cidrPlaces for each range its place among all addresses on the wire; empty when the ranges come last
 * @param ports its ports
 * @param subjectAltNames further SANs that its endpoints may present
 * @param waypoint waypoint of connections addressed to the service; null if none
 * @param loadBalancing how endpoints are chosen
 * @param ipFamilies families it is restricted to
 * @param canonical whether it wins the host name across namespaces
 * @param ingressUseWaypoint whether ingress gateways go through the waypoint
 * @param weightedWaypoints waypoints by weight; empty where {@code waypoint} decides
 * @param visibility who sees it
 */
public record Service(
        String namespace,
        String hostname,
        String name,
        List<NetworkAddress> vips,
        List<NetworkCidr> cidrVips,
        List<Integer> cidrPlaces,
        List<Port> ports,
        List<String> subjectAltNames,
        @Nullable GatewayAddress waypoint,
        LoadBalancing loadBalancing,
        IpFamilies ipFamilies,
        boolean canonical,
        boolean ingressUseWaypoint,
        List<WeightedWaypoint> weightedWaypoints,
        Visibility visibility)
        implements MeshResource {
    public Service {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(hostname, "hostname");
        Objects.requireNonNull(name, "name");
        vips = List.copyOf(vips);
        cidrVips = List.copyOf(cidrVips);
        cidrPlaces = List.copyOf(cidrPlaces);
        ports = List.copyOf(ports);
        subjectAltNames = List.copyOf(subjectAltNames);
        Objects.requireNonNull(loadBalancing, "loadBalancing");
        Objects.requireNonNull(ipFamilies, "ipFamilies");
        weightedWaypoints = List.copyOf(weightedWaypoints);
        Objects.requireNonNull(visibility, "visibility");
    }

    /** Returns the key. */
    public NamespacedHostname key() {
        return new NamespacedHostname(namespace, hostname);
    }

    /** Returns whether the service has a port {@code servicePort}, whatever it maps to. */
    public boolean hasPort(int servicePort) {
        for (Port port : ports) {
            if (port.servicePort() == servicePort) {
                return true;
            }
        }
        return false;
    }

    /** Returns the target of {@code servicePort}, or 0 when the endpoint decides or the port is not the service's. */
    public int targetPort(int servicePort) {
        return Port.target(ports, servicePort);
    }

    /** Returns whether clients in the namespace {@code client} see the service; null stands for a client that sees everything. */
    public boolean isVisibleFrom(@Nullable String client) {
        return visibility == Visibility.PUBLIC || client == null || client.equals(namespace);
    }

    /** Returns {@code namespace/hostname}, which is the xDS resource name. */
    @Override
    public String resourceName() {
        return namespace + "/" + hostname;
    }

    /** Returns a builder with every optional part at its default. */
    public static Builder builder(String namespace, String hostname) {
        return new Builder(namespace, hostname);
    }

    /** Returns a builder that starts from this value. */
    public Builder toBuilder() {
        Builder builder = new Builder(namespace, hostname);
        builder.name = name;
        builder.vips = vips;
        builder.cidrVips = cidrVips;
        builder.cidrPlaces = cidrPlaces;
        builder.ports = ports;
        builder.subjectAltNames = subjectAltNames;
        builder.waypoint = waypoint;
        builder.loadBalancing = loadBalancing;
        builder.ipFamilies = ipFamilies;
        builder.canonical = canonical;
        builder.ingressUseWaypoint = ingressUseWaypoint;
        builder.weightedWaypoints = weightedWaypoints;
        builder.visibility = visibility;
        return builder;
    }

    /** Collects the parts of a {@link Service}; one thread. */
    public static final class Builder {
        private final String namespace;
        private final String hostname;
        private String name = "";
        private List<NetworkAddress> vips = List.of();
        private List<NetworkCidr> cidrVips = List.of();
        private List<Integer> cidrPlaces = List.of();
        private List<Port> ports = List.of();
        private List<String> subjectAltNames = List.of();
        private @Nullable GatewayAddress waypoint;
        private LoadBalancing loadBalancing = LoadBalancing.STANDARD;
        private IpFamilies ipFamilies = IpFamilies.AUTOMATIC;
        private boolean canonical = false;
        private boolean ingressUseWaypoint = false;
        private List<WeightedWaypoint> weightedWaypoints = List.of();
        private Visibility visibility = Visibility.PUBLIC;

        private Builder(String namespace, String hostname) {
            this.namespace = namespace;
            this.hostname = hostname;
        }

        public Builder name(String value) {
            name = value;
            return this;
        }

        public Builder vips(List<NetworkAddress> value) {
            vips = value;
            return this;
        }

        public Builder cidrVips(List<NetworkCidr> value) {
            cidrVips = value;
            return this;
        }

        public Builder cidrPlaces(List<Integer> value) {
            cidrPlaces = value;
            return this;
        }

        public Builder ports(List<Port> value) {
            ports = value;
            return this;
        }

        public Builder subjectAltNames(List<String> value) {
            subjectAltNames = value;
            return this;
        }

        public Builder waypoint(@Nullable GatewayAddress value) {
            waypoint = value;
            return this;
        }

        public Builder loadBalancing(LoadBalancing value) {
            loadBalancing = value;
            return this;
        }

        public Builder ipFamilies(IpFamilies value) {
            ipFamilies = value;
            return this;
        }

        public Builder canonical(boolean value) {
            canonical = value;
            return this;
        }

        public Builder ingressUseWaypoint(boolean value) {
            ingressUseWaypoint = value;
            return this;
        }

        public Builder weightedWaypoints(List<WeightedWaypoint> value) {
            weightedWaypoints = value;
            return this;
        }

        public Builder visibility(Visibility value) {
            visibility = value;
            return this;
        }

        /** Returns the value; its collections are copies. */
        public Service build() {
            return new Service(
                    namespace,
                    hostname,
                    name,
                    vips,
                    cidrVips,
                    cidrPlaces,
                    ports,
                    subjectAltNames,
                    waypoint,
                    loadBalancing,
                    ipFamilies,
                    canonical,
                    ingressUseWaypoint,
                    weightedWaypoints,
                    visibility);
        }
    }
}
