package mesh.ambit.istiod.ambient;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.MeshServices.MeshService;
import mesh.ambit.kube.Node;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Pod;
import mesh.ambit.model.Locality;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkMode;
import mesh.ambit.model.Port;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadStatus;
import mesh.ambit.model.WorkloadType;
import org.jspecify.annotations.Nullable;

/** Pods as workloads. */
final class PodWorkloads {
    private final ObjectSet objects;
    private final MeshSettings settings;
    private final String network;
    private final MeshServices services;
    private final PolicyAttachment policies;
    private final RequiredWaypoints waypoints;

    PodWorkloads(
            ObjectSet objects,
            MeshSettings settings,
            String network,
            MeshServices services,
            PolicyAttachment policies,
            RequiredWaypoints waypoints) {
        this.objects = objects;
        this.settings = settings;
        this.network = network;
        this.services = services;
        this.policies = policies;
        this.waypoints = waypoints;
    }

    /** Returns the workload of a pod, or null for one that ended or has no usable address. */
    @Nullable
    Workload of(Pod pod) {
        List<InetAddress> addresses = Addresses.parseAll(pod.status().addresses());
        if (addresses == null || addresses.isEmpty() || pod.status().isTerminal()) {
            return null;
        }
        ObjectMeta meta = pod.metadata();
        boolean healthy = pod.status().ready() && meta.deletionTimestamp() == null;
        String workloadName = WorkloadNames.workloadName(pod);
        // The empty part between the slashes is the core group; clients prefer uids with "//Pod/".
        return Workload.builder(settings.clusterId() + "//Pod/" + meta.namespace() + "/" + meta.name())
                .name(meta.name())
                .namespace(meta.namespace())
                .addresses(addresses)
                .network(network)
                .clusterId(settings.clusterId())
                .trustDomain(settings.trustDomain())
                .serviceAccount(pod.serviceAccountName())
                .node(pod.nodeName())
                .locality(locality(pod.nodeName()))
                .status(healthy ? WorkloadStatus.HEALTHY : WorkloadStatus.UNHEALTHY)
                .networkMode(pod.hostNetwork() ? NetworkMode.HOST_NETWORK : NetworkMode.STANDARD)
                .workloadType(WorkloadType.POD)
                .workloadName(workloadName)
                .canonicalName(WorkloadNames.canonicalName(meta.labels(), workloadName))
                .canonicalRevision(WorkloadNames.canonicalRevision(meta.labels()))
                .tunnelProtocol(Tunnels.protocol(meta))
                .nativeTunnel(Tunnels.isNative(meta))
                .services(services(pod))
                .authorizationPolicies(policies(pod))
                .build();
    }

    private List<String> policies(Pod pod) {
        List<String> keys =
                policies.of(pod.metadata().namespace(), pod.metadata().labels());
        String waypoint = waypoints.keyFor(pod, services.of(pod));
        if (waypoint == null || keys.contains(waypoint)) {
            return keys;
        }
        List<String> all = new ArrayList<>(keys);
        all.add(waypoint);
        return all;
    }

    private SortedMap<NamespacedHostname, List<Port>> services(Pod pod) {
        SortedMap<NamespacedHostname, List<Port>> ports = new TreeMap<>();
        for (MeshService service : services.of(pod)) {
            ports.put(service.key(), service.ports().in(pod));
        }
        return ports;
    }

    private Locality locality(String nodeName) {
        Node node = objects.node(nodeName);
        if (node == null) {
            return Locality.NONE;
        }
        return new Locality(label(node, Labels.REGION), label(node, Labels.ZONE), label(node, Labels.SUBZONE));
    }

    private static String label(Node node, String key) {
        return node.metadata().labels().getOrDefault(key, "");
    }
}
