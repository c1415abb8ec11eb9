package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import mesh.ambit.istiod.ambient.MeshServices.MeshService;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.Pod;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;

/** Objects to what clients are sent. */
public final class AmbientIndex {
    private AmbientIndex() {}

    /** Returns the state of the mesh that {@code objects} describe. Pure: equal arguments give equal results. */
    public static MeshState compute(ObjectSet objects, MeshSettings settings) {
        TreeSet<String> warnings = new TreeSet<>();
        String network = network(objects, settings);

        SortedMap<String, Policy> authorizations = new TreeMap<>();
        AuthorizationConversion conversion = new AuthorizationConversion(settings);
        List<AuthorizationPolicy> converted = new ArrayList<>();
        for (AuthorizationPolicy object : visible(objects.authorizationPolicies(), settings)) {
            Policy policy = conversion.convert(object);
            String warning = PolicyWarnings.of(object, policy);
            if (warning != null) {
                warnings.add(warning);
            }
            if (policy != null) {
                converted.add(object);
                List<Policy> sent =
                        OutboundConversion.isOutbound(object) ? OutboundConversion.convert(policy) : List.of(policy);
                sent.forEach(each -> authorizations.put(each.key(), each));
            }
        }
        List<PeerAuthentication> peerAuthentications = visible(objects.peerAuthentications(), settings);
        PeerAuthenticationConversion peers = new PeerAuthenticationConversion(
                new PeerAuthentications(peerAuthentications, settings.rootNamespace()), settings.rootNamespace());
        peers.policies().forEach(policy -> authorizations.put(policy.key(), policy));

        SortedMap<String, MeshResource> addresses = new TreeMap<>();
        MeshServices services = new MeshServices(objects, settings.domainSuffix(), warnings);
        ServiceResources resources = new ServiceResources(objects, network);
        for (MeshService service : services.all()) {
            put(addresses, resources.of(service));
        }
        PolicyAttachment policies = new PolicyAttachment(converted, peers, settings.rootNamespace());
        RequiredWaypoints waypoints = new RequiredWaypoints(objects);
        PodWorkloads pods = new PodWorkloads(objects, settings, network, services, policies, waypoints);
        for (Pod pod : objects.pods()) {
            Workload workload = pods.of(pod);
            if (workload != null) {
                put(addresses, workload);
            }
        }
        // A policy of that name that somebody wrote marks as well as ours.
        waypoints.policies().forEach((key, policy) -> authorizations.putIfAbsent(key, policy));
        EndpointSliceWorkloads endpoints = new EndpointSliceWorkloads(settings, network, services);
        for (EndpointSlice slice : objects.endpointSlices()) {
            endpoints.of(slice).forEach(workload -> put(addresses, workload));
        }
        return new MeshState(addresses, authorizations, List.copyOf(warnings));
    }

    private static void put(SortedMap<String, MeshResource> addresses, MeshResource resource) {
        addresses.put(resource.resourceName(), resource);
    }

    /** Returns the objects of our revision: without a label, or with exactly our own. */
    private static <T extends KubeObject> List<T> visible(List<T> objects, MeshSettings settings) {
        if (settings.revision().isEmpty()) {
            return objects;
        }
        return objects.stream()
                .filter(object -> settings.revision()
                        .equals(object.metadata().labels().getOrDefault(Labels.REVISION, settings.revision())))
                .toList();
    }

    private static String network(ObjectSet objects, MeshSettings settings) {
        Namespace system = objects.namespace(settings.systemNamespace());
        return system == null ? "" : system.metadata().labels().getOrDefault(Labels.NETWORK, "");
    }
}
