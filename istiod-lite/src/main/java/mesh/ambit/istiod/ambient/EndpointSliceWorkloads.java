package mesh.ambit.istiod.ambient;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.MeshServices.MeshService;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkMode;
import mesh.ambit.model.Port;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadStatus;

/** Endpoints that are no pods, as workloads. */
final class EndpointSliceWorkloads {
    private final MeshSettings settings;
    private final String network;
    private final MeshServices services;

    EndpointSliceWorkloads(MeshSettings settings, String network, MeshServices services) {
        this.settings = settings;
        this.network = network;
        this.services = services;
    }

    /** Returns a workload for every endpoint of the slice that stands for itself. */
    List<Workload> of(EndpointSlice slice) {
        MeshService service = services.of(slice);
        if (service == null) {
            return List.of();
        }
        SortedMap<NamespacedHostname, List<Port>> ports = new TreeMap<>();
        ports.put(service.key(), service.ports().in(slice));
        List<Workload> workloads = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (EndpointSlice.Endpoint endpoint : slice.endpoints()) {
            EndpointSlice.TargetRef target = endpoint.targetRef();
            List<InetAddress> addresses = Addresses.parseAll(endpoint.addresses());
            boolean isPod = target != null && MeshServices.isPod(target);
            if (isPod || addresses == null || addresses.isEmpty()) {
                continue;
            }
            if (seen.add(endpoint.addresses().getFirst())) {
                workloads.add(workload(slice, endpoint, addresses, ports));
            }
        }
        return workloads;
    }

    private Workload workload(
            EndpointSlice slice,
            EndpointSlice.Endpoint endpoint,
            List<InetAddress> addresses,
            SortedMap<NamespacedHostname, List<Port>> ports) {
        String namespace = slice.metadata().namespace();
        String name = slice.metadata().name();
        String uid = settings.clusterId() + "/discovery.k8s.io/EndpointSlice/" + namespace + "/" + name + "/"
                + endpoint.addresses().getFirst();
        return Workload.builder(uid)
                .name(name)
                .namespace(namespace)
                .addresses(addresses)
                .network(network)
                .clusterId(settings.clusterId())
                .trustDomain(settings.trustDomain())
                .serviceAccount("")
                // The address may be shared with a host or with other endpoints.
                .networkMode(NetworkMode.HOST_NETWORK)
                .status(endpoint.isReady() ? WorkloadStatus.HEALTHY : WorkloadStatus.UNHEALTHY)
                .services(ports)
                .build();
    }
}
