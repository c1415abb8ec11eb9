package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.Service;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadType;

/** Services as clients see them. */
final class ServiceResources {
    private ServiceResources() {}

    /** Returns whether clients can be told of a Service: it is more than another name, and its addresses are addresses. */
    static boolean isUsable(Service service) {
        return !service.isExternalName() && Addresses.parseAll(service.addresses()) != null;
    }

    static Output of(Service object, MeshReader reader) {
        if (object.isExternalName()) {
            return Output.NOTHING;
        }
        List<InetAddress> addresses = Addresses.parseAll(object.addresses());
        if (addresses == null) {
            return Output.warning(object.key() + " is left out: one of its cluster IPs " + object.addresses()
                    + " is not an IP address");
        }
        MeshReader.Home home = reader.home();
        ObjectMeta meta = object.metadata();
        Member member = requireNonNull(reader.member(object.key()));
        NamespacedHostname key = member.hosts().getFirst();
        Traits traits = reader.traits(meta.namespace());
        Waypoint waypoint =
                Bindings.ofService(reader, meta, EntryVisibility.PUBLIC).waypoint();
        List<Output.Abroad> abroad = List.of();
        if (home.mesh().has(Feature.MULTI_NETWORK) && isGlobal(meta, home.mesh(), reader)) {
            abroad = reader.abroad(object.key());
        }
        List<MeshResource> resources = new ArrayList<>();
        resources.add(mesh.ambit.model.Service.builder(key.namespace(), key.hostname())
                .name(meta.name())
                .vips(addresses.stream()
                        .map(address -> new NetworkAddress(home.network(), address))
                        .toList())
                .ports(member.ports().ofService())
                .loadBalancing(LoadBalancers.of(object, traits.annotations()))
                .ipFamilies(families(object.ipFamilies()))
                .waypoint(waypoint == null ? null : waypoint.address())
                .weightedWaypoints(Bindings.weighted(reader, meta, waypoint))
                .ingressUseWaypoint(waypoint != null && ingressUsesWaypoint(meta, traits))
                .subjectAltNames(identities(abroad, home.mesh().settings().trustDomain()))
                .canonical(true)
                .build());
        resources.addAll(stands(key, member.ports().ofService(), abroad, reader));
        return new Output(resources, List.of(), List.of(), reader.warnings(object.key()));
    }

    /** Returns whether a Service is shared with other networks; never one whose Namespace is not known. */
    private static boolean isGlobal(ObjectMeta meta, Mesh mesh, MeshReader reader) {
        Namespace namespace = reader.namespace(meta.namespace());
        return namespace != null
                && mesh.isGlobal(meta.labels(), namespace.metadata().labels());
    }

    /** Returns whether gateways at the edge go through the waypoint too; a text that is no truth value says no. */
    static boolean ingressUsesWaypoint(ObjectMeta meta, Traits namespace) {
        String own = meta.labels().get(Labels.INGRESS_USE_WAYPOINT);
        return Labels.isTrue(own == null ? namespace.labels().getOrDefault(Labels.INGRESS_USE_WAYPOINT, "") : own);
    }

    /** Returns who may answer on other networks, sorted. */
    private static List<String> identities(List<Output.Abroad> abroad, String trustDomain) {
        TreeSet<String> identities = new TreeSet<>();
        // Some clouds have trust domains with an @, which an identity cannot.
        String domain = trustDomain.replace('@', '.');
        for (Output.Abroad endpoint : abroad) {
            identities.add("spiffe://" + domain + "/ns/" + endpoint.namespace() + "/sa/" + endpoint.serviceAccount());
        }
        return List.copyOf(identities);
    }

    /** Returns one workload for each other network with a gateway: it stands for all endpoints there. */
    private static List<Workload> stands(
            NamespacedHostname key, List<Port> ports, List<Output.Abroad> abroad, MeshReader reader) {
        SortedMap<String, Integer> capacities = new TreeMap<>();
        abroad.forEach(endpoint -> capacities.merge(endpoint.network(), endpoint.capacity(), Integer::sum));
        List<Workload> workloads = new ArrayList<>();
        for (Map.Entry<String, Integer> network : capacities.entrySet()) {
            List<NetworkGateway> gateways = reader.gateways(network.getKey());
            if (!gateways.isEmpty()) {
                workloads.add(stand(key, ports, gateways.getFirst(), network.getValue(), reader.mesh()));
            }
        }
        return workloads;
    }

    private static Workload stand(
            NamespacedHostname service, List<Port> ports, NetworkGateway gateway, int capacity, Mesh mesh) {
        String uid = gateway.network() + "/SplitHorizonWorkload/" + gateway.namespace() + "/" + gateway.name() + "/"
                + gateway.address() + "/" + service;
        int port = gateway.hbonePort() == 0 ? Waypoint.HBONE_PORT : gateway.hbonePort();
        GatewayAddress address = gateway.gatewayAddress(port);
        SortedMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(service, ports);
        return Workload.builder(uid)
                .name(uid)
                .namespace(service.namespace())
                .network(gateway.network())
                .serviceAccount("")
                .trustDomain(mesh.settings().trustDomain())
                .clusterId(mesh.settings().clusterId())
                .workloadType(WorkloadType.POD)
                .tunnelProtocol(TunnelProtocol.HBONE)
                .networkGateway(address)
                .capacity(capacity)
                .capacityGiven(true)
                .services(services)
                .build();
    }

    private static IpFamilies families(List<String> families) {
        return switch (families.size()) {
            case 1 -> families.getFirst().equals("IPv4") ? IpFamilies.IPV4_ONLY : IpFamilies.IPV6_ONLY;
            case 2 -> IpFamilies.DUAL;
            default -> IpFamilies.AUTOMATIC;
        };
    }
}
