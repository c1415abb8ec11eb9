package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.Service;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadType;
import org.jspecify.annotations.Nullable;

/** Services as clients see them. */
final class ServiceResources {
    private ServiceResources() {}

    /** Returns whether clients can be told of a Service: it is more than another name, and its addresses are addresses. */
    static boolean isUsable(Service service) {
        return !service.isExternalName() && Addresses.parseAll(service.addresses()) != null;
    }

    /**
     * Returns what the Services of one name come to, of our own cluster and of those that share theirs with it.
     *
     * @param object the Service at {@code key}; null for none
     */
    static Output of(ObjectKey key, @Nullable Service object, MeshReader reader) {
        Service ours = object == null || object.isExternalName() ? null : object;
        if (ours != null && !isUsable(ours)) {
            return Output.warning(
                    key + " is left out: one of its cluster IPs " + ours.addresses() + " is not an IP address");
        }
        if (!key.isOwn()) {
            // Told under the name of our own.
            return Output.NOTHING;
        }
        mesh.ambit.model.Service.Builder service = null;
        if (ours != null) {
            service = service(ours, key, reader);
            if (!reader.mesh().has(Feature.MULTI_NETWORK) || !isGlobal(ours.metadata(), reader)) {
                return new Output(List.of(service.build()), List.of(), List.of(), reader.warnings(key));
            }
        }
        List<mesh.ambit.model.Service> shared = reader.shared(key);
        if (service == null) {
            if (shared.isEmpty() || isTaken(shared.getFirst().key(), reader)) {
                return Output.NOTHING;
            }
            service = shared.getFirst().toBuilder();
        }
        if (shared.size() > (ours == null ? 1 : 0)) {
            service.vips(together(ours == null ? shared.getFirst() : service.build(), shared));
        }
        Abroad abroad = reader.abroad(key);
        mesh.ambit.model.Service whole = service.subjectAltNames(
                        identities(abroad, reader.mesh().settings().trustDomain()))
                .build();
        List<MeshResource> resources = new ArrayList<>();
        resources.add(whole);
        resources.addAll(stands(whole, abroad, reader));
        return new Output(resources, List.of(), List.of(), reader.warnings(key));
    }

    /** Returns whether a ServiceEntry of ours has the name; what is said by hand is not mixed with anything. */
    private static boolean isTaken(NamespacedHostname name, MeshReader reader) {
        HostOwners owners = reader.owners(name.hostname());
        return owners != null && owners.byNamespace().containsKey(name.namespace());
    }

    /** Returns all addresses, each once, in an order that does not depend on chance. */
    private static List<NetworkAddress> together(mesh.ambit.model.Service base, List<mesh.ambit.model.Service> shared) {
        Set<NetworkAddress> addresses = new LinkedHashSet<>(base.vips());
        shared.forEach(each -> addresses.addAll(each.vips()));
        return addresses.stream()
                .sorted(Comparator.comparing(NetworkAddress::toString))
                .toList();
    }

    /** Returns a Service as its own cluster has it, without what others add. */
    static mesh.ambit.model.Service.Builder service(Service object, ObjectKey key, MeshReader reader) {
        ObjectMeta meta = object.metadata();
        Member member = requireNonNull(reader.member(key));
        NamespacedHostname name = member.hosts().getFirst();
        Traits traits = reader.traits(meta.namespace());
        Waypoint waypoint =
                Bindings.ofService(reader, meta, EntryVisibility.PUBLIC).waypoint();
        String network = reader.home().network();
        return mesh.ambit.model.Service.builder(name.namespace(), name.hostname())
                .name(meta.name())
                .vips(requireNonNull(Addresses.parseAll(object.addresses())).stream()
                        .map(address -> new NetworkAddress(network, address))
                        .toList())
                .ports(member.ports().ofService())
                .loadBalancing(LoadBalancers.of(object, traits.annotations()))
                .ipFamilies(families(object.ipFamilies()))
                .waypoint(waypoint == null ? null : waypoint.address())
                .weightedWaypoints(Bindings.weighted(reader, meta, waypoint))
                .ingressUseWaypoint(waypoint != null && ingressUsesWaypoint(meta, traits))
                .canonical(true);
    }

    /** Returns whether a Service is shared with other networks; never one whose Namespace is not known. */
    static boolean isGlobal(ObjectMeta meta, MeshReader reader) {
        Namespace namespace = reader.namespace(meta.namespace());
        return namespace != null
                && reader.mesh().isGlobal(meta.labels(), namespace.metadata().labels());
    }

    /** Returns whether gateways at the edge go through the waypoint too; a text that is no truth value says no. */
    static boolean ingressUsesWaypoint(ObjectMeta meta, Traits namespace) {
        String own = meta.labels().get(Labels.INGRESS_USE_WAYPOINT);
        return Labels.isTrue(own == null ? namespace.labels().getOrDefault(Labels.INGRESS_USE_WAYPOINT, "") : own);
    }

    /** Returns who may answer on other networks, sorted. */
    private static List<String> identities(Abroad abroad, String trustDomain) {
        // Some clouds have trust domains with an @, which an identity cannot.
        String domain = trustDomain.replace('@', '.');
        return abroad.identities().keySet().stream()
                .map(identity ->
                        "spiffe://" + domain + "/ns/" + identity.namespace() + "/sa/" + identity.serviceAccount())
                .sorted()
                .toList();
    }

    /** Returns one workload for each other network with a gateway: it stands for all endpoints there. */
    private static List<Workload> stands(mesh.ambit.model.Service service, Abroad abroad, MeshReader reader) {
        List<Workload> workloads = new ArrayList<>();
        abroad.networks().forEach((network, share) -> {
            List<NetworkGateway> gateways = reader.gateways(network);
            if (!gateways.isEmpty()) {
                workloads.add(stand(service, gateways.getFirst(), share.capacity(), reader.mesh()));
            }
        });
        return workloads;
    }

    private static Workload stand(mesh.ambit.model.Service service, NetworkGateway gateway, int capacity, Mesh mesh) {
        NamespacedHostname name = service.key();
        String uid = gateway.network() + "/SplitHorizonWorkload/" + gateway.namespace() + "/" + gateway.name() + "/"
                + gateway.address() + "/" + name;
        int port = gateway.hbonePort() == 0 ? Waypoint.HBONE_PORT : gateway.hbonePort();
        SortedMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(name, service.ports());
        return Workload.builder(uid)
                .name(uid)
                .namespace(name.namespace())
                .network(gateway.network())
                .serviceAccount("")
                .trustDomain(mesh.settings().trustDomain())
                .clusterId(gateway.cluster().isEmpty() ? mesh.settings().clusterId() : gateway.cluster())
                .workloadType(WorkloadType.POD)
                .tunnelProtocol(TunnelProtocol.HBONE)
                .networkGateway(gateway.gatewayAddress(port))
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
