package mesh.ambit.ztunnel.local;

import java.util.ArrayList;
import java.util.LinkedHashMap;
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
 */
public record LocalMesh(List<Workload> workloads, List<Service> services, List<Policy> policies) {
    /** Nothing. */
    public static final LocalMesh EMPTY = new LocalMesh(List.of(), List.of(), List.of());

    /** Copies the lists. */
    public LocalMesh {
        workloads = List.copyOf(workloads);
        services = List.copyOf(services);
        policies = List.copyOf(policies);
    }

    /**
     * Returns the mesh of {@code text}.
     *
     * @throws LocalFileException naming line and field of the first thing that is wrong
     */
    public static LocalMesh parse(String text) throws LocalFileException {
        YamlFields fields = YamlFields.of("", YamlText.read(text));
        Map<String, Workload> workloads = new LinkedHashMap<>();
        for (Workload workload : fields.listOrEmpty("workloads", LocalWorkloads::read)) {
            workloads.put(workload.uid(), workload);
        }
        List<Service> services = new ArrayList<>();
        for (LocalServices entry : fields.listOrEmpty("services", LocalServices::read)) {
            services.add(entry.service());
            entry.endpoints().forEach(endpoint -> join(workloads, entry.service(), endpoint));
        }
        List<Policy> policies = fields.listOrEmpty("policies", LocalPolicies::read);
        fields.end();
        return new LocalMesh(List.copyOf(workloads.values()), services, policies);
    }

    /** Returns workloads and services, workloads first. */
    public List<MeshResource> resources() {
        List<MeshResource> all = new ArrayList<>(workloads);
        all.addAll(services);
        return all;
    }

    /** An endpoint that stands under its service joins it as if its workload said so; one without workload is idle. */
    private static void join(Map<String, Workload> workloads, Service service, Endpoint endpoint) {
        workloads.computeIfPresent(endpoint.workloadUid(), (_, workload) -> {
            SortedMap<NamespacedHostname, List<Port>> services = new TreeMap<>(workload.services());
            services.putIfAbsent(service.key(), endpoint.ports());
            return workload.toBuilder().services(services).build();
        });
    }
}
