package mesh.ambit.model;

import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * Something with an identity that sends or takes connections: a pod as a rule.
 *
 * <p>Texts are never null; an absent one is empty. Defaults that the wire elides (trust domain {@code cluster.local},
 * service account {@code default}, cluster {@code Kubernetes}, capacity 1) are already filled in.
 *
 * @param uid key, {@code <cluster>//Pod/<namespace>/<name>} for a pod
 * @param name name of the pod
 * @param namespace its namespace
 * @param addresses its addresses in the order sent
 * @param hostname resolved by the client where there is no address
 * @param network network of its addresses
 * @param tunnelProtocol how it is reached
 * @param trustDomain trust domain of its identity
 * @param serviceAccount service account of its identity
 * @param waypoint waypoint for connections addressed to the workload itself; null if none
 * @param networkGateway gateway that leads to its network; null if none
 * @param node node it runs on
 * @param canonicalName for labels and baggage
 * @param canonicalRevision for labels and baggage
 * @param workloadType for baggage
 * @param workloadName for labels and baggage
 * @param nativeTunnel whether the workload terminates HBONE itself
 * @param applicationTunnel how a captured waypoint takes connections; null if it is none
 * @param services services it is an endpoint of, with its own port maps
 * @param authorizationPolicies {@code namespace/name} of the policies that select it
 * @param status whether services send to it
 * @param clusterId cluster it belongs to
 * @param locality where it runs
 * @param networkMode whether its address is its own
 * @param capacity weight among endpoints; 0 takes nothing
 * @param capacityGiven whether the wire says the capacity although it is the 1 that goes without saying
 * @param servicesNamed whether the record itself names its services; a local file says beside it where it belongs, and
 *     that is good for routing alone
 */
public record Workload(
        String uid,
        String name,
        String namespace,
        List<InetAddress> addresses,
        String hostname,
        String network,
        TunnelProtocol tunnelProtocol,
        String trustDomain,
        String serviceAccount,
        @Nullable GatewayAddress waypoint,
        @Nullable GatewayAddress networkGateway,
        String node,
        String canonicalName,
        String canonicalRevision,
        WorkloadType workloadType,
        String workloadName,
        boolean nativeTunnel,
        @Nullable ApplicationTunnel applicationTunnel,
        SortedMap<NamespacedHostname, List<Port>> services,
        List<String> authorizationPolicies,
        WorkloadStatus status,
        String clusterId,
        Locality locality,
        NetworkMode networkMode,
        int capacity,
        boolean capacityGiven,
        boolean servicesNamed)
        implements MeshResource {
    public Workload {
        Objects.requireNonNull(uid, "uid");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(namespace, "namespace");
        addresses = List.copyOf(addresses);
        Objects.requireNonNull(hostname, "hostname");
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(tunnelProtocol, "tunnelProtocol");
        Objects.requireNonNull(trustDomain, "trustDomain");
        Objects.requireNonNull(serviceAccount, "serviceAccount");
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(canonicalName, "canonicalName");
        Objects.requireNonNull(canonicalRevision, "canonicalRevision");
        Objects.requireNonNull(workloadType, "workloadType");
        Objects.requireNonNull(workloadName, "workloadName");
        services = copyServices(services);
        authorizationPolicies = List.copyOf(authorizationPolicies);
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(locality, "locality");
        Objects.requireNonNull(networkMode, "networkMode");
    }

    /** What an absent cluster means on the wire. */
    public static final String DEFAULT_CLUSTER = "Kubernetes";

    private static final RecentValues<SpiffeId> IDENTITIES = new RecentValues<>();

    /** Returns the identity under which the workload speaks and is accepted. */
    public SpiffeId identity() {
        return IDENTITIES.of(new SpiffeId(trustDomain, namespace, serviceAccount));
    }

    /** Returns whether the record says enough for an identity that a certificate can have. */
    public boolean hasIdentity() {
        return !namespace.isEmpty()
                && !serviceAccount.isEmpty()
                && !trustDomain.isEmpty()
                && !(namespace + serviceAccount + trustDomain).contains("/");
    }

    /** Returns the uid, which is the xDS resource name. */
    @Override
    public String resourceName() {
        return uid;
    }

    private static SortedMap<NamespacedHostname, List<Port>> copyServices(
            SortedMap<NamespacedHostname, List<Port>> services) {
        SortedMap<NamespacedHostname, List<Port>> copy = new TreeMap<>();
        services.forEach((service, ports) -> copy.put(service, List.copyOf(ports)));
        return Collections.unmodifiableSortedMap(copy);
    }

    /** Returns a builder with every optional part at its default. */
    public static Builder builder(String uid) {
        return new Builder(uid);
    }

    /** Returns a builder that starts from this value. */
    public Builder toBuilder() {
        Builder builder = new Builder(uid);
        builder.name = name;
        builder.namespace = namespace;
        builder.addresses = addresses;
        builder.hostname = hostname;
        builder.network = network;
        builder.tunnelProtocol = tunnelProtocol;
        builder.trustDomain = trustDomain;
        builder.serviceAccount = serviceAccount;
        builder.waypoint = waypoint;
        builder.networkGateway = networkGateway;
        builder.node = node;
        builder.canonicalName = canonicalName;
        builder.canonicalRevision = canonicalRevision;
        builder.workloadType = workloadType;
        builder.workloadName = workloadName;
        builder.nativeTunnel = nativeTunnel;
        builder.applicationTunnel = applicationTunnel;
        builder.services = services;
        builder.authorizationPolicies = authorizationPolicies;
        builder.status = status;
        builder.clusterId = clusterId;
        builder.locality = locality;
        builder.networkMode = networkMode;
        builder.capacity = capacity;
        builder.capacityGiven = capacityGiven;
        builder.servicesNamed = servicesNamed;
        return builder;
    }

    /** Collects the parts of a {@link Workload}; one thread. */
    public static final class Builder {
        private final String uid;
        private String name = "";
        private String namespace = "";
        private List<InetAddress> addresses = List.of();
        private String hostname = "";
        private String network = "";
        private TunnelProtocol tunnelProtocol = TunnelProtocol.NONE;
        private String trustDomain = SpiffeId.DEFAULT_TRUST_DOMAIN;
        private String serviceAccount = "default";
        private @Nullable GatewayAddress waypoint;
        private @Nullable GatewayAddress networkGateway;
        private String node = "";
        private String canonicalName = "";
        private String canonicalRevision = "";
        private WorkloadType workloadType = WorkloadType.DEPLOYMENT;
        private String workloadName = "";
        private boolean nativeTunnel = false;
        private @Nullable ApplicationTunnel applicationTunnel;
        private SortedMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        private List<String> authorizationPolicies = List.of();
        private WorkloadStatus status = WorkloadStatus.HEALTHY;
        private String clusterId = DEFAULT_CLUSTER;
        private Locality locality = Locality.NONE;
        private NetworkMode networkMode = NetworkMode.STANDARD;
        private int capacity = 1;
        private boolean capacityGiven = false;
        private boolean servicesNamed = true;

        private Builder(String uid) {
            this.uid = uid;
        }

        public Builder name(String value) {
            name = value;
            return this;
        }

        public Builder namespace(String value) {
            namespace = value;
            return this;
        }

        public Builder addresses(List<InetAddress> value) {
            addresses = value;
            return this;
        }

        public Builder hostname(String value) {
            hostname = value;
            return this;
        }

        public Builder network(String value) {
            network = value;
            return this;
        }

        public Builder tunnelProtocol(TunnelProtocol value) {
            tunnelProtocol = value;
            return this;
        }

        public Builder trustDomain(String value) {
            trustDomain = value;
            return this;
        }

        public Builder serviceAccount(String value) {
            serviceAccount = value;
            return this;
        }

        public Builder waypoint(@Nullable GatewayAddress value) {
            waypoint = value;
            return this;
        }

        public Builder networkGateway(@Nullable GatewayAddress value) {
            networkGateway = value;
            return this;
        }

        public Builder node(String value) {
            node = value;
            return this;
        }

        public Builder canonicalName(String value) {
            canonicalName = value;
            return this;
        }

        public Builder canonicalRevision(String value) {
            canonicalRevision = value;
            return this;
        }

        public Builder workloadType(WorkloadType value) {
            workloadType = value;
            return this;
        }

        public Builder workloadName(String value) {
            workloadName = value;
            return this;
        }

        public Builder nativeTunnel(boolean value) {
            nativeTunnel = value;
            return this;
        }

        public Builder applicationTunnel(@Nullable ApplicationTunnel value) {
            applicationTunnel = value;
            return this;
        }

        public Builder services(SortedMap<NamespacedHostname, List<Port>> value) {
            services = value;
            return this;
        }

        public Builder authorizationPolicies(List<String> value) {
            authorizationPolicies = value;
            return this;
        }

        public Builder status(WorkloadStatus value) {
            status = value;
            return this;
        }

        public Builder clusterId(String value) {
            clusterId = value;
            return this;
        }

        public Builder locality(Locality value) {
            locality = value;
            return this;
        }

        public Builder networkMode(NetworkMode value) {
            networkMode = value;
            return this;
        }

        public Builder capacity(int value) {
            capacity = value;
            return this;
        }

        public Builder servicesNamed(boolean value) {
            servicesNamed = value;
            return this;
        }

        public Builder capacityGiven(boolean value) {
            capacityGiven = value;
            return this;
        }

        /** Returns the value; its collections are copies. */
        public Workload build() {
            return new Workload(
                    uid,
                    name,
                    namespace,
                    addresses,
                    hostname,
                    network,
                    tunnelProtocol,
                    trustDomain,
                    serviceAccount,
                    waypoint,
                    networkGateway,
                    node,
                    canonicalName,
                    canonicalRevision,
                    workloadType,
                    workloadName,
                    nativeTunnel,
                    applicationTunnel,
                    services,
                    authorizationPolicies,
                    status,
                    clusterId,
                    locality,
                    networkMode,
                    capacity,
                    capacityGiven,
                    servicesNamed);
        }
    }
}
