package mesh.ambit.istiod.ambient;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.WorkloadEntry;
import mesh.ambit.kube.WorkloadEntry.Endpoint;
import mesh.ambit.model.Locality;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Port;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadType;

/** WorkloadEntries and endpoints of ServiceEntries as workloads. */
final class EntryWorkloads {
    private EntryWorkloads() {}

    static Output of(WorkloadEntry entry, MeshReader reader) {
        ObjectMeta meta = entry.metadata();
        Map<String, String> labels = new TreeMap<>(entry.endpoint().labels());
        labels.putAll(meta.labels());
        boolean alsoServices = reader.mesh().has(Feature.SERVICES_SELECT_WORKLOAD_ENTRIES);
        Selection selection = reader.selection(meta.namespace(), labels);
        List<Member> members = new ArrayList<>();
        for (ObjectKey key : selection.members()) {
            Member member = alsoServices || key.kind() == Kind.SERVICE_ENTRY ? reader.member(key) : null;
            if (member != null) {
                members.add(member);
            }
        }
        Attachment attachment = Attachment.of(reader, meta.namespace(), labels);
        String name = WorkloadNames.workloadName(entry, labels);
        MeshReader.Home home = reader.home();
        Endpoint endpoint = entry.endpoint();
        Workload workload = builder(
                        home.mesh().settings().clusterId() + "/networking.istio.io/WorkloadEntry/" + meta.namespace()
                                + "/" + meta.name(),
                        meta,
                        endpoint,
                        network(endpoint, home.network()),
                        reader)
                .workloadName(name)
                .canonicalName(WorkloadNames.canonicalName(labels, name))
                .canonicalRevision(WorkloadNames.canonicalRevision(labels))
                .tunnelProtocol(Tunnels.protocol(labels, meta.annotations()))
                .nativeTunnel(Tunnels.isNative(labels))
                .waypoint(attachment.waypointAddress())
                .applicationTunnel(attachment.tunnel())
                .services(services(members, endpoint))
                .authorizationPolicies(
                        WaypointPolicies.appended(selection.policies(), attachment.waypoint(), members, reader))
                .build();
        boolean here = isHere(workload, home);
        return new Output(
                here ? List.of(workload) : List.of(),
                List.of(),
                here ? List.of() : abroad(workload, members),
                reader.warnings(entry.key()));
    }

    /** Returns the workloads of a ServiceEntry; {@code member} has the hosts that are left to it. */
    static Output of(ServiceEntry entry, Member member, MeshReader reader) {
        boolean implicit = entry.endpoints().isEmpty()
                && entry.workloadSelector() == null
                && entry.resolution().isDns();
        MeshReader.Home home = reader.home();
        Map<String, Workload> workloads = new LinkedHashMap<>();
        String network = home.network();
        if (implicit) {
            for (NamespacedHostname host : member.hosts()) {
                Member alone = new Member(member.source(), List.of(host), member.ports(), member.insists());
                Workload workload =
                        workload(entry, alone, Endpoint.at(host.hostname()), network, Attachment.NONE, reader);
                workloads.put(workload.uid(), workload);
            }
        }
        for (Endpoint endpoint : entry.endpoints()) {
            // As upstream has it, a network that one endpoint names is that of the endpoints after it too.
            network = network(endpoint, network);
            Attachment attachment = Attachment.of(reader, entry.metadata().namespace(), endpoint.labels());
            Workload workload = workload(entry, member, endpoint, network, attachment, reader);
            if (isHere(workload, home)) {
                workloads.put(workload.uid(), workload);
            } else {
                workloads.remove(workload.uid());
            }
        }
        // What is on other networks is not told of: only Services are shared with them.
        return new Output(List.copyOf(workloads.values()), List.of(), List.of(), List.of());
    }

    private static Workload workload(
            ServiceEntry entry,
            Member member,
            Endpoint endpoint,
            String network,
            Attachment attachment,
            MeshReader reader) {
        ObjectMeta meta = entry.metadata();
        Map<String, String> labels = meta.labels();
        List<String> policies = reader.selection(meta.namespace(), labels).policies();
        return builder(
                        reader.home().mesh().settings().clusterId() + "/networking.istio.io/ServiceEntry/"
                                + meta.namespace() + "/" + meta.name() + "/" + endpoint.address(),
                        meta,
                        endpoint,
                        network,
                        reader)
                .workloadName(meta.name())
                .canonicalName(WorkloadNames.canonicalName(labels, meta.name()))
                .canonicalRevision(WorkloadNames.canonicalRevision(labels))
                .tunnelProtocol(Tunnels.protocol(labels, meta.annotations()))
                .nativeTunnel(Tunnels.isNative(labels))
                .waypoint(attachment.waypointAddress())
                .applicationTunnel(attachment.tunnel())
                .services(services(List.of(member), endpoint))
                .authorizationPolicies(
                        WaypointPolicies.appended(policies, attachment.waypoint(), List.of(member), reader))
                .build();
    }

    private static Workload.Builder builder(
            String uid, ObjectMeta meta, Endpoint endpoint, String network, MeshReader reader) {
        MeshSettings settings = reader.home().mesh().settings();
        InetAddress address = Addresses.parseZoned(endpoint.address());
        return Workload.builder(uid)
                .name(meta.name())
                .namespace(meta.namespace())
                .addresses(address == null ? List.of() : List.of(address))
                .hostname(address == null ? endpoint.address() : "")
                .network(network)
                .networkGateway(
                        network.equals(reader.home().network()) ? reader.home().gateway() : reader.gatewayOf(network))
                .clusterId(settings.clusterId())
                .trustDomain(settings.trustDomain())
                .serviceAccount(endpoint.serviceAccount())
                .workloadType(WorkloadType.POD)
                .locality(locality(endpoint.locality()))
                .capacity(endpoint.weight() == 0 ? 1 : endpoint.weight())
                .capacityGiven(endpoint.weight() != 0);
    }

    /** Returns whether clients are told of the workload itself; if not, they are told what its Services have abroad. */
    private static boolean isHere(Workload workload, MeshReader.Home home) {
        return !home.mesh().has(Feature.MULTI_NETWORK) || workload.network().equals(home.network());
    }

    private static List<Abroad.Endpoint> abroad(Workload workload, List<Member> members) {
        return members.stream()
                .filter(member -> member.source().kind() == Kind.SERVICE)
                .map(member -> new Abroad.Endpoint(
                        member.source().in(""),
                        workload.network(),
                        workload.capacity(),
                        workload.namespace(),
                        workload.serviceAccount()))
                .toList();
    }

    private static SortedMap<NamespacedHostname, List<Port>> services(List<Member> members, Endpoint endpoint) {
        SortedMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        for (Member member : members) {
            member.hosts().forEach(host -> services.put(host, member.ports().in(endpoint)));
        }
        return services;
    }

    private static String network(Endpoint endpoint, String otherwise) {
        return endpoint.network().isEmpty() ? otherwise : endpoint.network();
    }

    private static Locality locality(String text) {
        String[] parts = text.split("/", -1);
        return new Locality(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
    }
}
