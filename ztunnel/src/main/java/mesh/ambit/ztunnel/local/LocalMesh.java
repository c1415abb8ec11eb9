package mesh.ambit.ztunnel.local;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.model.Endpoint;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;

/**
 * A mesh that a file describes: the same objects that the control plane would send, in upstream's form of the file.
 *
 * @param workloads the workloads in the file's order
 * @param services the services in the file's order
 * @param policies the policies in the file's order
 * @param endpoints what the file lists as endpoints under a service, besides those that workloads declare, by the key in
 *     the list, which is the workload's uid
 */
public record LocalMesh(
        List<Workload> workloads,
        List<Service> services,
        List<Policy> policies,
        Map<NamespacedHostname, Map<String, Endpoint>> endpoints) {
    /** Nothing. */
    public static final LocalMesh EMPTY = new LocalMesh(List.of(), List.of(), List.of(), Map.of());

    /** Copies the lists. */
    public LocalMesh {
        workloads = List.copyOf(workloads);
        services = List.copyOf(services);
        policies = List.copyOf(policies);
        endpoints = Map.copyOf(endpoints);
    }

    /**
     * Returns the mesh of {@code text}.
     *
     * @throws LocalFileException naming line and field of the first thing that is wrong
     */
    public static LocalMesh parse(String text) throws LocalFileException {
        YamlFields fields = YamlFields.of("", YamlText.read(text));
        List<Workload> workloads = fields.listOrEmpty("workloads", LocalWorkloads::read);
        List<Service> services = new ArrayList<>();
        Map<NamespacedHostname, Map<String, Endpoint>> endpoints = new HashMap<>();
        for (LocalServices entry : fields.listOrEmpty("services", LocalServices::read)) {
            services.add(entry.service());
            endpoints.put(entry.service().key(), entry.endpoints());
        }
        List<Policy> policies = fields.listOrEmpty("policies", LocalPolicies::read);
        fields.end();
        return new LocalMesh(workloads, services, policies, endpoints);
    }

    /**
     * Returns workloads and services, workloads first. An endpoint that stands under its service joins it as if its
     * workload said so; one without workload is idle.
     */
    public List<MeshResource> resources() {
        Map<String, SortedMap<NamespacedHostname, List<Port>>> listed = new HashMap<>();
        endpoints.forEach((service, byUid) -> byUid.values()
                .forEach(endpoint -> listed.computeIfAbsent(endpoint.workloadUid(), _ -> new TreeMap<>())
                        .put(service, endpoint.ports())));
        List<MeshResource> all = new ArrayList<>(workloads.size() + services.size());
        for (Workload workload : workloads) {
            SortedMap<NamespacedHostname, List<Port>> more = listed.get(workload.uid());
            all.add(more == null ? workload : joined(workload, more));
        }
        all.addAll(services);
        return all;
    }

    private static Workload joined(Workload workload, SortedMap<NamespacedHostname, List<Port>> listed) {
        SortedMap<NamespacedHostname, List<Port>> services = new TreeMap<>(listed);
        services.putAll(workload.services());
        return workload.toBuilder().services(services).build();
    }
}
