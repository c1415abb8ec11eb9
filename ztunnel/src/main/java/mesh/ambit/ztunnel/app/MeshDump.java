package mesh.ambit.ztunnel.app;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.Endpoint;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.LoadBalancing.HealthPolicy;
import mesh.ambit.model.Locality;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkMode;
import mesh.ambit.model.PersistentMap;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Visibility;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadStatus;
import mesh.ambit.model.WorkloadType;
import mesh.ambit.ztunnel.local.LocalMesh;
import org.jspecify.annotations.Nullable;

/** Workloads and services as the configuration dump writes them: what has its default value is left out. */
final class MeshDump {
    private MeshDump() {}

    /** Returns all workloads; those that are the local file's own do not name their services. */
    static List<Map<String, Object>> workloads(MeshSnapshot mesh, List<MeshResource> local) {
        Set<MeshResource> fromFile = Collections.newSetFromMap(new IdentityHashMap<>());
        fromFile.addAll(local);
        List<Workload> workloads = new ArrayList<>(mesh.workloads().values());
        workloads.sort(Comparator.comparing(Workload::uid));
        List<Map<String, Object>> list = new ArrayList<>(workloads.size());
        for (Workload workload : workloads) {
            Map<String, Object> map = workload(workload);
            if (fromFile.contains(workload)) {
                map.remove("services");
                withoutDefaultType(map, workload);
            }
            list.add(map);
        }
        return list;
    }

    /** Returns what the local file says, in its own form: workloads with a map of their services, endpoints elsewhere. */
    static Map<String, Object> local(LocalMesh mesh) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("policies", mesh.policies().stream().map(PolicyDump::policy).toList());
        map.put(
                "services",
                mesh.services().stream()
                        .map(service -> service(service, PersistentMap.empty(), listed(mesh, service)))
                        .toList());
        List<Map<String, Object>> workloads = new ArrayList<>();
        for (Workload workload : mesh.workloads()) {
            Map<String, Object> entry = workload(workload);
            Map<String, Object> services = new TreeMap<>();
            workload.services().forEach((key, ports) -> services.put(key.toString(), ports(ports)));
            entry.put("services", services);
            withoutDefaultType(entry, workload);
            workloads.add(entry);
        }
        map.put("workloads", workloads);
        return map;
    }

    /** The file's default is no type, which our model does not have. */
    private static void withoutDefaultType(Map<String, Object> map, Workload workload) {
        if (workload.workloadType() == WorkloadType.DEPLOYMENT) {
            map.remove("workloadType");
        }
    }

    /** Returns all services; endpoints that the local file lists are shown even where no workload stands behind them. */
    static List<Map<String, Object>> services(MeshSnapshot mesh, LocalMesh local) {
        List<Service> services = new ArrayList<>(mesh.services().values());
        services.sort(Comparator.comparing(Service::hostname).thenComparing(Service::namespace));
        return services.stream()
                .map(service -> service(service, mesh.endpoints(service.key()), listed(local, service)))
                .toList();
    }

    private static Map<String, Endpoint> listed(LocalMesh local, Service service) {
        return local.endpoints().getOrDefault(service.key(), Map.of());
    }

    static Map<String, Object> stagedServices(MeshSnapshot mesh) {
        Map<String, Object> staged = new TreeMap<>();
        mesh.stagedEndpoints().forEach((key, endpoints) -> staged.put(key.toString(), endpoints(endpoints, Map.of())));
        return staged;
    }

    private static Map<String, Object> workload(Workload w) {
        Map<String, Object> map = new LinkedHashMap<>();
        put(map, "uid", w.uid()); // Only the local file has workloads without one.
        map.put("workloadIps", w.addresses().stream().map(Addresses::print).toList());
        putGateway(map, "waypoint", w.waypoint());
        putGateway(map, "networkGateway", w.networkGateway());
        map.put("protocol", w.tunnelProtocol() == TunnelProtocol.HBONE ? "HBONE" : "TCP");
        map.put("networkMode", w.networkMode() == NetworkMode.STANDARD ? "Standard" : "HostNetwork");
        map.put("name", w.name());
        map.put("namespace", w.namespace());
        put(map, "trustDomain", w.trustDomain());
        put(map, "serviceAccount", w.serviceAccount());
        put(map, "network", w.network());
        put(map, "workloadName", w.workloadName());
        map.put("workloadType", w.workloadType().name().toLowerCase(Locale.ROOT));
        put(map, "canonicalName", w.canonicalName());
        put(map, "canonicalRevision", w.canonicalRevision());
        put(map, "hostname", w.hostname());
        put(map, "node", w.node());
        if (w.nativeTunnel()) {
            map.put("nativeTunnel", true);
        }
        if (w.applicationTunnel() != null) {
            map.put("applicationTunnel", tunnel(w.applicationTunnel()));
        }
        put(map, "authorizationPolicies", w.authorizationPolicies());
        map.put("status", status(w.status()));
        map.put("clusterId", w.clusterId());
        put(map, "locality", locality(w.locality()));
        put(
                map,
                "services",
                w.services().keySet().stream().map(NamespacedHostname::toString).toList());
        map.put("capacity", Integer.toUnsignedLong(w.capacity()));
        return map;
    }

    private static Map<String, Object> service(
            Service s, PersistentMap<String, Endpoint> endpoints, Map<String, Endpoint> listed) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", s.name());
        map.put("namespace", s.namespace());
        map.put("hostname", s.hostname());
        map.put("vips", s.vips().stream().map(Object::toString).toList());
        put(
                map,
                "cidrVips",
                s.cidrVips().stream()
                        .map(cidr -> Map.of("network", cidr.network(), "cidr", cidr.cidr()))
                        .toList());
        map.put("ports", ports(s.ports()));
        map.put("endpoints", endpoints(endpoints, listed));
        map.put("subjectAltNames", s.subjectAltNames());
        putGateway(map, "waypoint", s.waypoint());
        put(
                map,
                "weightedWaypoints",
                s.weightedWaypoints().stream().map(MeshDump::weighted).toList());
        if (!s.loadBalancing().equals(LoadBalancing.STANDARD)) {
            map.put("loadBalancer", loadBalancer(s.loadBalancing()));
        }
        switch (s.ipFamilies()) {
            case AUTOMATIC -> {}
            case IPV4_ONLY, IPV6_ONLY, DUAL -> map.put("ipFamilies", families(s.ipFamilies()));
        }
        map.put("canonical", s.canonical());
        map.put("visibility", s.visibility() == Visibility.PUBLIC ? "Public" : "Namespace");
        return map;
    }

    private static Map<String, Object> endpoints(
            PersistentMap<String, Endpoint> endpoints, Map<String, Endpoint> listed) {
        Map<String, Object> map = new TreeMap<>();
        listed.forEach((uid, endpoint) -> map.put(uid, endpoint(endpoint)));
        endpoints.forEach((uid, endpoint) -> map.put(uid, endpoint(endpoint)));
        return map;
    }

    private static Map<String, Object> endpoint(Endpoint endpoint) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("workloadUid", endpoint.workloadUid());
        entry.put("port", ports(endpoint.ports()));
        entry.put("status", status(endpoint.status()));
        return entry;
    }

    private static Map<String, Object> ports(List<Port> ports) {
        Map<Integer, Integer> sorted = new TreeMap<>();
        ports.forEach(port -> sorted.put(port.servicePort(), port.targetPort()));
        Map<String, Object> map = new LinkedHashMap<>();
        sorted.forEach((port, target) -> map.put(String.valueOf(port), target));
        return map;
    }

    private static Map<String, Object> tunnel(ApplicationTunnel tunnel) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("protocol", tunnel.protocol().name());
        map.put("port", tunnel.port() == 0 ? null : tunnel.port());
        return map;
    }

    private static Map<String, Object> locality(Locality locality) {
        return locality.isEmpty()
                ? Map.of()
                : new LinkedHashMap<>(new TreeMap<>(
                        Map.of("region", locality.region(), "zone", locality.zone(), "subzone", locality.subzone())));
    }

    private static Map<String, Object> weighted(WeightedWaypoint waypoint) {
        Map<String, Object> map = new LinkedHashMap<>();
        putGateway(map, "destination", waypoint.destination());
        map.put("weight", Integer.toUnsignedLong(waypoint.weight()));
        return map;
    }

    private static Map<String, Object> loadBalancer(LoadBalancing balancing) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(
                "routingPreferences",
                balancing.routingPreference().stream().map(s -> word(s.name())).toList());
        map.put(
                "mode",
                switch (balancing.mode()) {
                    case UNSPECIFIED_MODE -> "Standard";
                    case STRICT, FAILOVER, PASSTHROUGH -> word(balancing.mode().name());
                });
        map.put("healthPolicy", balancing.healthPolicy() == HealthPolicy.ALLOW_ALL ? "AllowAll" : "OnlyHealthy");
        return map;
    }

    private static String families(IpFamilies families) {
        return switch (families) {
            case IPV4_ONLY -> "IPv4";
            case IPV6_ONLY -> "IPv6";
            case DUAL, AUTOMATIC -> "Dual";
        };
    }

    private static void putGateway(Map<String, Object> map, String key, @Nullable GatewayAddress gateway) {
        if (gateway != null) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("destination", gateway.destination().toString());
            entry.put("hboneMtlsPort", gateway.hboneMtlsPort());
            map.put(key, entry);
        }
    }

    private static String status(WorkloadStatus status) {
        return status == WorkloadStatus.HEALTHY ? "Healthy" : "Unhealthy";
    }

    /** Returns {@code FAILOVER} as {@code Failover}. */
    private static String word(String name) {
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }

    private static void put(Map<String, Object> map, String key, Object value) {
        boolean empty = switch (value) {
            case String text -> text.isEmpty();
            case Collection<?> list -> list.isEmpty();
            case Map<?, ?> entries -> entries.isEmpty();
            default -> false;
        };
        if (!empty) {
            map.put(key, value);
        }
    }
}
