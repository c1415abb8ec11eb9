package mesh.ambit.istiod.proxyless;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.Service;
import mesh.ambit.model.ServiceEndpoints;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/** Where the requests of a cluster may go, near ones first where that is asked for. */
final class Endpoints {
    /** What all endpoints of one priority weigh at most: clients refuse an assignment with a sum beyond 32 bits. */
    private static final long MAX_WEIGHT = 0x7fff_ffffL;

    private Endpoints() {}

    /** One endpoint of a service at one of its ports. */
    record Target(Workload workload, int port) {}

    private record Group(int priority, mesh.ambit.model.Locality locality) implements Comparable<Group> {
        @Override
        public int compareTo(Group other) {
            return Comparator.comparingInt(Group::priority)
                    .thenComparing(group -> group.locality().region())
                    .thenComparing(group -> group.locality().zone())
                    .thenComparing(group -> group.locality().subzone())
                    .compare(this, other);
        }
    }

    /** Returns an assignment without endpoints: requests fail at once instead of waiting for one that never comes. */
    static ClusterLoadAssignment none(String name) {
        return ClusterLoadAssignment.newBuilder().setClusterName(name).build();
    }

    /**
     * Returns where the requests of a cluster may go.
     *
     * @param place where the client is
     * @param labels of the client
     */
    static ClusterLoadAssignment of(
            ProxylessMesh mesh,
            Place place,
            Map<String, String> labels,
            String name,
            Service service,
            int port,
            DestinationPolicy policy) {
        SortedMap<Group, List<LbEndpoint>> groups = new TreeMap<>();
        Set<String> taken = new HashSet<>();
        Nearness nearness = Nearness.of(service, policy);
        for (Target target : targets(mesh, service, port, policy)) {
            Workload workload = target.workload();
            int priority =
                    nearness.priority(place, labels, workload, mesh.labels().findOr(workload.uid(), Map.of()));
            if (workload.addresses().isEmpty()
                    || workload.capacity() == 0
                    || !place.reaches(workload)
                    || priority < 0) {
                continue;
            }
            String address = Addresses.print(workload.addresses().getFirst());
            // Clients refuse an assignment that names an address twice.
            if (taken.add(address + " " + target.port())) {
                groups.computeIfAbsent(new Group(priority, workload.locality()), _ -> new ArrayList<>())
                        .add(endpoint(address, target.port(), workload.capacity()));
            }
        }
        Map<mesh.ambit.model.Locality, Long> weights = new HashMap<>();
        groups.forEach((group, endpoints) -> weights.merge(group.locality(), weight(endpoints), Long::sum));
        return assignment(name, groups, nearness.shares(place.locality(), weights));
    }

    /** Returns the endpoints of {@code service} at {@code port}, by workload uid. */
    static List<Target> targets(ProxylessMesh mesh, Service service, int port, DestinationPolicy policy) {
        ServiceEndpoints endpoints = mesh.endpoints(service);
        Map<String, String> subset = policy.subset();
        if (endpoints == null || policy.isClosed() || subset == null) {
            return List.of();
        }
        List<Target> targets = new ArrayList<>();
        endpoints.byWorkload().forEach((uid, endpoint) -> {
            Workload workload = mesh.mesh().findWorkload(uid);
            int target = endpoint.mapsPort(port) ? endpoint.targetPort(port) : service.targetPort(port);
            if (workload != null && target > 0 && hasLabels(mesh, uid, subset)) {
                targets.add(new Target(workload, target));
            }
        });
        targets.sort(Comparator.comparing(target -> target.workload().uid()));
        return targets;
    }

    private static boolean hasLabels(ProxylessMesh mesh, String uid, Map<String, String> wanted) {
        return wanted.isEmpty()
                || mesh.labels().findOr(uid, Map.of()).entrySet().containsAll(wanted.entrySet());
    }

    /** Returns the name that stands for the whole service, where its endpoints are that and nothing else. */
    static @Nullable Target onlyName(ProxylessMesh mesh, Service service, int port, DestinationPolicy policy) {
        List<Target> targets = targets(mesh, service, port, policy);
        if (targets.size() != 1) {
            return null;
        }
        Workload only = targets.getFirst().workload();
        return only.addresses().isEmpty() && !only.hostname().isEmpty() ? targets.getFirst() : null;
    }

    static LbEndpoint endpoint(String host, int port, int weight) {
        return LbEndpoint.newBuilder()
                .setEndpoint(Endpoint.newBuilder().setAddress(Sources.address(host, port)))
                .setHealthStatus(HealthStatus.HEALTHY)
                .setLoadBalancingWeight(Packing.number(weight))
                .build();
    }

    /** Makes the message; with {@code shares} of places, those without one are left out. */
    private static ClusterLoadAssignment assignment(
            String name,
            SortedMap<Group, List<LbEndpoint>> groups,
            @Nullable Map<mesh.ambit.model.Locality, Long> shares) {
        ClusterLoadAssignment.Builder assignment =
                ClusterLoadAssignment.newBuilder().setClusterName(name);
        int priority = -1;
        int last = -1;
        int shift = 0;
        for (Map.Entry<Group, List<LbEndpoint>> entry : groups.entrySet()) {
            Group group = entry.getKey();
            if (shares != null && !shares.containsKey(group.locality())) {
                continue;
            }
            // Clients refuse gaps.
            if (group.priority() != last) {
                last = group.priority();
                priority++;
                shift = shift(groups, last);
            }
            List<LbEndpoint> endpoints = lighter(entry.getValue(), shift);
            assignment.addEndpoints(LocalityLbEndpoints.newBuilder()
                    .setLocality(Locality.newBuilder()
                            .setRegion(group.locality().region())
                            .setZone(group.locality().zone())
                            .setSubZone(group.locality().subzone()))
                    .setPriority(priority)
                    .setLoadBalancingWeight(
                            Packing.number((int) (shares == null ? weight(endpoints) : share(shares, group))))
                    .addAllLbEndpoints(endpoints));
        }
        return assignment.build();
    }

    private static long share(Map<mesh.ambit.model.Locality, Long> shares, Group group) {
        return shares.getOrDefault(group.locality(), 0L);
    }

    /** Returns by how many bits all weights of a priority have to be less; 0 unless somebody wrote very large ones. */
    private static int shift(SortedMap<Group, List<LbEndpoint>> groups, int priority) {
        long total = 0;
        for (Map.Entry<Group, List<LbEndpoint>> entry : groups.entrySet()) {
            total += entry.getKey().priority() == priority ? weight(entry.getValue()) : 0;
        }
        int shift = 0;
        while (total >> shift > MAX_WEIGHT) {
            shift++;
        }
        return shift;
    }

    private static List<LbEndpoint> lighter(List<LbEndpoint> endpoints, int shift) {
        return shift == 0
                ? endpoints
                : endpoints.stream()
                        .map(endpoint -> endpoint.toBuilder()
                                .setLoadBalancingWeight(
                                        Packing.number((int) Math.max(1, weight(List.of(endpoint)) >> shift)))
                                .build())
                        .toList();
    }

    private static long weight(List<LbEndpoint> endpoints) {
        long weight = 0;
        for (LbEndpoint endpoint : endpoints) {
            weight += Integer.toUnsignedLong(endpoint.getLoadBalancingWeight().getValue());
        }
        return weight;
    }
}
