package mesh.ambit.istiod.ambient;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkMode;
import mesh.ambit.model.Port;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadStatus;
import org.jspecify.annotations.Nullable;

/** Endpoints that are no pods, as workloads. */
final class EndpointSliceWorkloads {
    private EndpointSliceWorkloads() {}

    /**
     * Returns the Service that a slice says it is for; null when it says nothing, or lists names. A slice that does not
     * say what it lists has addresses: an address is known when it is seen.
     */
    static @Nullable ObjectKey service(EndpointSlice slice) {
        String name = slice.metadata().labels().get(EndpointSlice.SERVICE_NAME_LABEL);
        return name == null || slice.addressType().equals("FQDN")
                ? null
                : new ObjectKey(Kind.SERVICE, slice.metadata().namespace(), name);
    }

    /** Returns whether a reference leads to a pod, whose own workload then stands for the endpoint. */
    static boolean isPod(EndpointSlice.TargetRef target) {
        return target.kind().equals("Pod");
    }

    /** Returns what every endpoint of the slice adds that stands for itself. */
    static Output of(EndpointSlice slice, MeshReader reader) {
        boolean hasOwn = slice.endpoints().stream()
                .anyMatch(endpoint -> endpoint.targetRef() == null || !isPod(endpoint.targetRef()));
        ObjectKey service = hasOwn ? service(slice) : null;
        Member member =
                service == null ? null : reader.member(reader.key(Kind.SERVICE, service.namespace(), service.name()));
        if (member == null) {
            return Output.NOTHING;
        }
        SortedMap<NamespacedHostname, List<Port>> ports = new TreeMap<>();
        ports.put(member.hosts().getFirst(), member.ports().in(slice));
        List<Workload> workloads = new ArrayList<>();
        List<Abroad.Endpoint> abroad = new ArrayList<>();
        MeshReader.Home home = reader.home();
        Set<String> seen = new HashSet<>();
        for (EndpointSlice.Endpoint endpoint : slice.endpoints()) {
            EndpointSlice.TargetRef target = endpoint.targetRef();
            boolean isPod = target != null && isPod(target);
            if (isPod
                    || endpoint.addresses().isEmpty()
                    || !seen.add(endpoint.addresses().getFirst())) {
                continue;
            }
            List<InetAddress> addresses = Addresses.parseAll(endpoint.addresses());
            if (addresses != null && home.isAbroad()) {
                abroad.add(new Abroad.Endpoint(
                        member.source().in(""),
                        home.network(),
                        1,
                        slice.metadata().namespace(),
                        ""));
            } else if (addresses != null) {
                workloads.add(workload(slice, endpoint, addresses, ports, home));
            }
        }
        return new Output(workloads, List.of(), abroad, List.of());
    }

    private static Workload workload(
            EndpointSlice slice,
            EndpointSlice.Endpoint endpoint,
            List<InetAddress> addresses,
            SortedMap<NamespacedHostname, List<Port>> ports,
            MeshReader.Home home) {
        MeshSettings settings = home.mesh().settings();
        String namespace = slice.metadata().namespace();
        String name = slice.metadata().name();
        String uid = home.clusterId() + "/discovery.k8s.io/EndpointSlice/" + namespace + "/" + name + "/"
                + endpoint.addresses().getFirst();
        return Workload.builder(uid)
                .name(name)
                .namespace(namespace)
                .addresses(addresses)
                .network(home.network())
                .clusterId(home.clusterId())
                .trustDomain(settings.trustDomain())
                .serviceAccount("")
                // The address may be shared with a host or with other endpoints.
                .networkMode(NetworkMode.HOST_NETWORK)
                .status(endpoint.isReady() ? WorkloadStatus.HEALTHY : WorkloadStatus.UNHEALTHY)
                .services(ports)
                .build();
    }
}
