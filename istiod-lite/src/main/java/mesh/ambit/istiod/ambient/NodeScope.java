package mesh.ambit.istiod.ambient;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.OutboundPolicies;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/**
 * The part of a mesh that matters where a node takes connections: its workloads, the services they stand behind, the
 * waypoints and gateways that these name, and the policies in force there.
 */
public final class NodeScope {
    private final MeshState state;
    private final SortedMap<String, MeshResource> kept = new TreeMap<>();

    private NodeScope(MeshState state) {
        this.state = state;
    }

    /** Returns the part of {@code state} that is about a node of a cluster; empty when no workload runs there. */
    public static MeshState of(MeshState state, String clusterId, String node) {
        NodeScope scope = new NodeScope(state);
        Set<String> namespaces = new HashSet<>();
        Set<String> listed = new HashSet<>();
        for (MeshResource resource : state.addresses().values()) {
            if (resource instanceof Workload workload
                    && workload.node().equals(node)
                    && workload.clusterId().equals(clusterId)) {
                scope.keep(workload);
                namespaces.add(workload.namespace());
                listed.addAll(workload.authorizationPolicies());
            }
        }
        SortedMap<String, Policy> policies = new TreeMap<>(state.authorizations());
        policies.values().removeIf(policy -> namespaces.isEmpty() || !appliesTo(policy, namespaces, listed));
        return new MeshState(scope.kept, policies, state.warnings());
    }

    private void keep(Workload workload) {
        kept.put(workload.resourceName(), workload);
        follow(workload.waypoint());
        follow(workload.networkGateway());
        for (NamespacedHostname key : workload.services().keySet()) {
            if (state.addresses().get(key.namespace() + "/" + key.hostname()) instanceof Service service) {
                kept.put(service.resourceName(), service);
                follow(service.waypoint());
                for (WeightedWaypoint weighted : service.weightedWaypoints()) {
                    follow(weighted.destination());
                }
            }
        }
    }

    private void follow(@Nullable GatewayAddress gateway) {
        if (gateway == null) {
            return;
        }
        switch (gateway.destination()) {
            case NamespacedHostname name -> {
                if (state.addresses().get(name.namespace() + "/" + name.hostname()) instanceof Service service) {
                    kept.put(service.resourceName(), service);
                }
            }
            case NetworkAddress address ->
                state.addresses().values().stream()
                        .filter(resource -> has(resource, address))
                        .forEach(resource -> kept.put(resource.resourceName(), resource));
        }
    }

    private static boolean has(MeshResource resource, NetworkAddress address) {
        return switch (resource) {
            case Service service -> service.vips().contains(address);
            case Workload workload ->
                workload.network().equals(address.network())
                        && workload.addresses().contains(address.address());
        };
    }

    private static boolean appliesTo(Policy policy, Collection<String> namespaces, Collection<String> listed) {
        return switch (policy.scope()) {
            case GLOBAL -> true;
            case NAMESPACE -> namespaces.contains(policy.namespace());
            case WORKLOAD_SELECTOR ->
                listed.contains(policy.key())
                        || outboundKeys(policy).stream().anyMatch(listed::contains)
                        || policy.name().startsWith(OutboundPolicies.MESH_PREFIX)
                        || (policy.name().startsWith(OutboundPolicies.NAMESPACE_PREFIX)
                                && namespaces.contains(policy.namespace()));
        };
    }

    /** Returns under which names workloads list a policy about what they open. */
    private static List<String> outboundKeys(Policy policy) {
        String prefix = OutboundPolicies.ATTACHED_PREFIX;
        return policy.name().startsWith(prefix)
                ? List.of(policy.namespace() + "/" + OutboundPolicies.MARKER_PREFIX
                        + policy.name().substring(prefix.length()))
                : List.of();
    }
}
