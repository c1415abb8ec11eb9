package mesh.ambit.istiod.ambient;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Service;
import mesh.ambit.model.NamespacedHostname;
import org.jspecify.annotations.Nullable;

/** The Services that the mesh knows, and which pods belong to each. */
final class MeshServices {
    private final Map<String, Map<String, MeshService>> byNamespace = new TreeMap<>();
    private final Map<PodRef, List<MeshService>> bySlice = new HashMap<>();

    /** A Service with what is derived from it once. */
    record MeshService(Service object, NamespacedHostname key, List<InetAddress> addresses, ServicePorts ports) {}

    private record PodRef(String namespace, String name, String uid) {}

    /**
     * Takes in the Services that clients may be told of: not the ExternalName ones, and none with an address that is no
     * address, of which {@code warnings} then speaks.
     */
    MeshServices(ObjectSet objects, String domainSuffix, Collection<String> warnings) {
        for (Service service : objects.services()) {
            if (service.isExternalName()) {
                continue;
            }
            List<InetAddress> addresses = Addresses.parseAll(service.addresses());
            if (addresses == null) {
                warnings.add(service.key() + " is left out: one of its cluster IPs " + service.addresses()
                        + " is not an IP address");
                continue;
            }
            String namespace = service.metadata().namespace();
            String name = service.metadata().name();
            NamespacedHostname key = new NamespacedHostname(namespace, name + "." + namespace + ".svc." + domainSuffix);
            byNamespace
                    .computeIfAbsent(namespace, n -> new TreeMap<>())
                    .put(name, new MeshService(service, key, addresses, new ServicePorts(service)));
        }
        for (EndpointSlice slice : objects.endpointSlices()) {
            addReferences(slice);
        }
    }

    private void addReferences(EndpointSlice slice) {
        MeshService service = of(slice);
        if (service == null) {
            return;
        }
        for (EndpointSlice.Endpoint endpoint : slice.endpoints()) {
            EndpointSlice.TargetRef target = endpoint.targetRef();
            if (target != null && isPod(target)) {
                List<MeshService> listed = bySlice.computeIfAbsent(
                        new PodRef(target.namespace(), target.name(), target.uid()), ref -> new ArrayList<>());
                listed.add(service);
            }
        }
    }

    /** Returns every Service, by namespace and name. */
    List<MeshService> all() {
        List<MeshService> all = new ArrayList<>();
        byNamespace.values().forEach(services -> all.addAll(services.values()));
        return all;
    }

    /** Returns the Service that a slice of IP addresses belongs to, or null when there is none that counts. */
    @Nullable
    MeshService of(EndpointSlice slice) {
        boolean hasAddresses =
                slice.addressType().equals("IPv4") || slice.addressType().equals("IPv6");
        if (!hasAddresses) {
            return null;
        }
        return byNamespace.getOrDefault(slice.metadata().namespace(), Map.of()).get(slice.serviceName());
    }

    /**
     * Returns the Services that a pod belongs to: those of its namespace that select it, and those of any namespace with
     * a slice that lists it.
     */
    Collection<MeshService> of(Pod pod) {
        Map<ObjectKey, MeshService> services = new TreeMap<>();
        for (MeshService service :
                byNamespace.getOrDefault(pod.metadata().namespace(), Map.of()).values()) {
            if (Labels.selects(service.object().selector(), pod.metadata().labels())) {
                services.put(service.object().key(), service);
            }
        }
        PodRef ref = new PodRef(
                pod.metadata().namespace(),
                pod.metadata().name(),
                pod.metadata().uid());
        for (MeshService service : bySlice.getOrDefault(ref, List.of())) {
            services.put(service.object().key(), service);
        }
        return services.values();
    }

    /** Returns whether a reference leads to a pod, whose own workload then stands for the endpoint. */
    static boolean isPod(EndpointSlice.TargetRef target) {
        return target.kind().equals("Pod");
    }
}
