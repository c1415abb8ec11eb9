package mesh.ambit.istiod.ambient;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.Pod;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkMode;
import mesh.ambit.model.Port;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadStatus;
import mesh.ambit.model.WorkloadType;
import mesh.ambit.policy.Policy;

/** Pods as workloads. */
final class PodWorkloads {
    private PodWorkloads() {}

    /** Returns the workload of a pod; nothing for one that ended or has no usable address. */
    static Output of(Pod pod, MeshReader reader) {
        if (pod.status().isTerminal()) {
            return Output.NOTHING;
        }
        List<InetAddress> addresses = Addresses.parseAll(pod.status().addresses());
        if (addresses == null) {
            return Output.warning(reader.key(pod) + " is left out: one of its addresses "
                    + pod.status().addresses() + " is not an IP address");
        }
        if (addresses.isEmpty()) {
            return Output.NOTHING;
        }
        ObjectMeta meta = pod.metadata();
        MeshReader.Home home = reader.home();
        MeshSettings settings = home.mesh().settings();
        if (home.isAbroad()) {
            return abroad(pod, home.network(), reader);
        }
        boolean healthy = pod.status().ready() && meta.deletionTimestamp() == null;
        String workloadName = WorkloadNames.workloadName(pod);
        Selection selection = reader.selection(meta.namespace(), meta.labels());
        List<Member> members = members(pod, selection, reader);
        Attachment attachment = Attachment.of(reader, meta.namespace(), meta.labels());
        List<String> policies = WaypointPolicies.appended(selection.policies(), attachment.waypoint(), members, reader);
        Policy required = RequiredWaypoints.of(meta, reader.traits(meta.namespace()), members);
        if (required != null && !policies.contains(required.key())) {
            policies = new ArrayList<>(policies);
            policies.add(required.key());
        }
        // The empty part between the slashes is the core group; clients prefer uids with "//Pod/".
        Workload workload = Workload.builder(home.clusterId() + "//Pod/" + meta.namespace() + "/" + meta.name())
                .name(meta.name())
                .namespace(meta.namespace())
                .addresses(addresses)
                .network(home.network())
                .networkGateway(home.gateway())
                .clusterId(home.clusterId())
                .trustDomain(settings.trustDomain())
                .serviceAccount(pod.serviceAccountName())
                .node(pod.nodeName())
                .locality(reader.locality(pod.nodeName()))
                .status(healthy ? WorkloadStatus.HEALTHY : WorkloadStatus.UNHEALTHY)
                .networkMode(pod.hostNetwork() ? NetworkMode.HOST_NETWORK : NetworkMode.STANDARD)
                .workloadType(WorkloadType.POD)
                .workloadName(workloadName)
                .canonicalName(WorkloadNames.canonicalName(meta.labels(), workloadName))
                .canonicalRevision(WorkloadNames.canonicalRevision(meta.labels()))
                .tunnelProtocol(Tunnels.protocol(meta.labels(), meta.annotations()))
                .nativeTunnel(Tunnels.isNative(meta.labels()))
                .waypoint(attachment.waypointAddress())
                .applicationTunnel(attachment.tunnel())
                .services(services(pod, members))
                .authorizationPolicies(policies)
                .build();
        return new Output(
                List.of(workload),
                required == null ? List.of() : List.of(required),
                List.of(),
                reader.warnings(reader.key(pod)));
    }

    /** Returns a pod of another network: clients are not told of it, but its services are. */
    private static Output abroad(Pod pod, String network, MeshReader reader) {
        ObjectMeta meta = pod.metadata();
        Selection selection = reader.selection(meta.namespace(), meta.labels());
        List<Abroad.Endpoint> endpoints = members(pod, selection, reader).stream()
                .map(member -> new Abroad.Endpoint(
                        member.source().in(""), network, 1, meta.namespace(), pod.serviceAccountName()))
                .toList();
        return new Output(List.of(), List.of(), endpoints, List.of());
    }

    /** Returns what selects the pod, and the Services with a slice that lists it. */
    private static List<Member> members(Pod pod, Selection selection, MeshReader reader) {
        boolean alsoEntries = reader.home().mesh().has(Feature.SERVICE_ENTRIES_SELECT_PODS);
        List<Member> members = new ArrayList<>();
        for (ObjectKey key : selection.members()) {
            Member member = alsoEntries || key.kind() == Kind.SERVICE ? reader.member(key) : null;
            if (member != null) {
                members.add(member);
            }
        }
        ObjectMeta meta = pod.metadata();
        for (ObjectKey key : reader.listing(meta)) {
            Member member = reader.member(key);
            if (member != null && members.stream().noneMatch(known -> sharesHost(known, member))) {
                members.add(member);
            }
        }
        return members;
    }

    private static boolean sharesHost(Member one, Member other) {
        String host = other.hosts().getFirst().hostname();
        return one.hosts().stream().anyMatch(known -> known.hostname().equals(host));
    }

    private static SortedMap<NamespacedHostname, List<Port>> services(Pod pod, List<Member> members) {
        SortedMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        for (Member member : members) {
            member.hosts().forEach(host -> services.put(host, member.ports().in(pod)));
        }
        return services;
    }
}
