package mesh.ambit.istiod.ambient;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.ServiceEntry.Resolution;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.NetworkCidr;
import mesh.ambit.model.Service;
import mesh.ambit.model.Visibility;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.policy.IpBlock;

/** ServiceEntries as clients see them: a service for each host, and workloads for their endpoints. */
final class ServiceEntryResources {
    private ServiceEntryResources() {}

    /** Returns whether clients can be told of a ServiceEntry: one address that is none takes the whole of it away. */
    static boolean isUsable(ServiceEntry entry) {
        return entry.addresses().stream().allMatch(address -> Addresses.parseRange(address) != null);
    }

    static Output of(ServiceEntry entry, MeshReader reader) {
        if (!isUsable(entry)) {
            return Output.warning(entry.key() + " is left out with its endpoints: one of its addresses "
                    + entry.addresses() + " is neither an IP address nor a range");
        }
        ObjectMeta meta = entry.metadata();
        EntryVisibility visibility = reader.visibility(meta.namespace());
        Member member = visibility == EntryVisibility.NONE ? null : reader.member(entry.key());
        if (member == null) {
            return Output.NOTHING;
        }
        Traits traits = reader.traits(meta.namespace());
        Waypoint waypoint = Bindings.ofService(reader, meta, visibility).waypoint();
        String network = reader.home().network();
        List<WeightedWaypoint> weighted = Bindings.weighted(reader, meta, waypoint);
        List<MeshResource> resources = new ArrayList<>();
        for (NamespacedHostname host : member.hosts()) {
            HostOwners owners = reader.owners(host.hostname());
            Service.Builder service = Service.builder(host.namespace(), host.hostname())
                    .name(meta.name())
                    .ports(member.ports().ofService())
                    .subjectAltNames(entry.subjectAltNames())
                    .loadBalancing(LoadBalancers.of(entry, traits.annotations()))
                    .waypoint(waypoint == null ? null : waypoint.address())
                    .weightedWaypoints(weighted)
                    .ingressUseWaypoint(waypoint != null && ServiceResources.ingressUsesWaypoint(meta, traits))
                    .visibility(visibility == EntryVisibility.NAMESPACE ? Visibility.NAMESPACE : Visibility.PUBLIC)
                    .canonical(owners != null && entry.key().equals(owners.canonical()));
            addAddresses(service, entry, host.hostname(), network, reader.mesh());
            resources.add(service.build());
        }
        Output endpoints = EntryWorkloads.of(entry, member, reader);
        resources.addAll(endpoints.addresses());
        return new Output(resources, List.of(), endpoints.abroad(), reader.warnings(entry.key()));
    }

    private static void addAddresses(
            Service.Builder service, ServiceEntry entry, String host, String network, Mesh mesh) {
        List<NetworkAddress> vips = new ArrayList<>();
        List<NetworkCidr> ranges = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (String text : entry.addresses()) {
            IpBlock range = Addresses.parseRange(text);
            if (range == null) {
                throw new AssertionError("only usable ones get here");
            }
            if (range.prefixLength() == Addresses.bits(range.address())) {
                vips.add(new NetworkAddress(network, range.address()));
            } else {
                places.add(vips.size() + ranges.size());
                ranges.add(new NetworkCidr(network, range.address(), range.prefixLength()));
            }
        }
        if (entry.addresses().isEmpty() && takesAssigned(entry, host, mesh)) {
            for (ServiceEntry.HostAddress assigned : entry.assigned()) {
                InetAddress address = assigned.host().equals(host) ? Addresses.parseZoned(assigned.value()) : null;
                if (address != null) {
                    vips.add(new NetworkAddress(network, address));
                }
            }
        }
        service.vips(vips).cidrVips(ranges).cidrPlaces(places);
    }

    /** Returns whether addresses that were assigned to a host are its addresses. */
    private static boolean takesAssigned(ServiceEntry entry, String host, Mesh mesh) {
        String wish = entry.metadata().labels().getOrDefault(Labels.AUTO_ALLOCATE, "");
        return mesh.has(Feature.IP_AUTOALLOCATE)
                && entry.resolution() != Resolution.NONE
                && !wish.toLowerCase(Locale.ROOT).equals("false")
                && (!host.startsWith("*") || entry.resolution() == Resolution.DYNAMIC_DNS);
    }
}
