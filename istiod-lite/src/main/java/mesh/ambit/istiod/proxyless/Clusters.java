package mesh.ambit.istiod.proxyless;

import com.google.protobuf.Message;
import com.google.protobuf.UInt64Value;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.EdsClusterConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RingHashLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import mesh.ambit.model.Service;

/** How a client speaks to the endpoints of a service. */
final class Clusters {
    /** Places on a ring that clients take at most, and what they take when nothing is said. */
    private static final long MAX_RING = 4096;

    private static final long MIN_RING = 1024;

    /**
     * Weighs places, and within a place takes the first that the client has of these: by requests under way, else by
     * turns. A client that does not know the field takes turns, while {@code lb_policy} LEAST_REQUEST would make one that
     * has it switched off refuse the cluster.
     */
    private static final LoadBalancingPolicy LEAST_BUSY = policies(WrrLocality.newBuilder()
            .setEndpointPickingPolicy(policies(LeastRequest.getDefaultInstance(), RoundRobin.getDefaultInstance()))
            .build());

    private Clusters() {}

    private static LoadBalancingPolicy policies(Message... inOrder) {
        LoadBalancingPolicy.Builder policies = LoadBalancingPolicy.newBuilder();
        for (Message each : inOrder) {
            policies.addPolicies(LoadBalancingPolicy.Policy.newBuilder()
                    .setTypedExtensionConfig(TypedExtensionConfig.newBuilder()
                            .setName(each.getDescriptorForType().getFullName())
                            .setTypedConfig(Packing.any(each))));
        }
        return policies.build();
    }

    /** Returns a cluster that has no endpoints and never will. */
    static Cluster nowhere(String name) {
        return eds(name).build();
    }

    /**
     * Returns {@code cluster} as one that takes no request and needs no certificate. It keeps its endpoints: a client that
     * is sent others, or none, may use those that it has until it reaches one of them.
     */
    static Cluster closed(Cluster cluster) {
        return cluster.toBuilder()
                .clearTransportSocket()
                .setCircuitBreakers(CircuitBreakers.newBuilder()
                        .addThresholds(CircuitBreakers.Thresholds.newBuilder().setMaxRequests(Packing.number(0))))
                .build();
    }

    static Cluster of(ProxylessMesh mesh, String name, Service service, int port, DestinationPolicy policy) {
        Endpoints.Target only = Endpoints.onlyName(mesh, service, port, policy);
        Cluster.Builder cluster = only == null
                ? eds(name)
                : Cluster.newBuilder()
                        .setName(name)
                        .setType(DiscoveryType.LOGICAL_DNS)
                        .setLoadAssignment(ClusterLoadAssignment.newBuilder()
                                .setClusterName(name)
                                .addEndpoints(LocalityLbEndpoints.newBuilder()
                                        .addLbEndpoints(Endpoints.endpoint(
                                                only.workload().hostname(), only.port(), 1))));
        DestinationPolicy.Hash hash = policy.hash();
        if (hash != null) {
            cluster.setLbPolicy(LbPolicy.RING_HASH)
                    .setRingHashLbConfig(RingHashLbConfig.newBuilder()
                            .setHashFunction(RingHashLbConfig.HashFunction.XX_HASH)
                            .setMinimumRingSize(UInt64Value.of(Math.clamp(hash.ringSize(), 1, MAX_RING)))
                            .setMaximumRingSize(UInt64Value.of(MAX_RING)));
        }
        if (policy.leastBusy() && only == null) {
            cluster.setLoadBalancingPolicy(LEAST_BUSY);
        }
        if (policy.maxRequests() > 0) {
            cluster.setCircuitBreakers(CircuitBreakers.newBuilder()
                    .addThresholds(CircuitBreakers.Thresholds.newBuilder()
                            .setMaxRequests(Packing.number(policy.maxRequests()))));
        }
        DestinationPolicy.Ejection ejection = policy.ejection();
        if (ejection != null) {
            cluster.setOutlierDetection(outliers(ejection));
        }
        if (policy.tls() == DestinationPolicy.Tls.MUTUAL) {
            cluster.setTransportSocket(TlsSettings.towards(sans(mesh, service, port, policy)));
        }
        if (policy.isClosed()) {
            return closed(cluster.build());
        }
        return cluster.build();
    }

    private static Cluster.Builder eds(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(DiscoveryType.EDS)
                .setEdsClusterConfig(
                        EdsClusterConfig.newBuilder().setServiceName(name).setEdsConfig(Sources.ADS));
    }

    /** What is not said would be switched on: statistics over all endpoints, which nobody asked for. */
    private static OutlierDetection outliers(DestinationPolicy.Ejection ejection) {
        OutlierDetection.Builder outliers = OutlierDetection.newBuilder()
                .setEnforcingSuccessRate(Packing.number(0))
                .setEnforcingFailurePercentage(Packing.number(0));
        if (ejection.interval() != null) {
            outliers.setInterval(Packing.duration(ejection.interval()));
        }
        if (ejection.base() != null) {
            outliers.setBaseEjectionTime(Packing.duration(ejection.base()));
        }
        if (ejection.maxPercent() != null) {
            outliers.setMaxEjectionPercent(Packing.number(ejection.maxPercent()));
        }
        return outliers.build();
    }

    /** Returns who may answer; while nobody is known, nobody may. */
    private static List<String> sans(ProxylessMesh mesh, Service service, int port, DestinationPolicy policy) {
        if (!policy.sans().isEmpty()) {
            return policy.sans();
        }
        TreeSet<String> sans = new TreeSet<>(service.subjectAltNames());
        for (Endpoints.Target target : Endpoints.targets(mesh, service, port, policy)) {
            if (target.workload().hasIdentity()) {
                sans.add(target.workload().identity().toString());
            }
        }
        if (sans.isEmpty()) {
            sans.add("spiffe://" + mesh.settings().trustDomain() + "/nobody");
        }
        return new ArrayList<>(sans);
    }

    /** Returns the least size of a ring of which nothing is said. */
    static long defaultRing() {
        return MIN_RING;
    }
}
