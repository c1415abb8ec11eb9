package mesh.ambit.istiod.push;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/**
 * Everything that clients may be told at one moment, encoded. Immutable; one object serves all streams.
 *
 * <p>What is the same as in the state before is taken over from it, encoded bytes included.
 */
final class PushState {
    /** The mesh before anything is known of it. */
    static final PushState EMPTY = new PushState("", new TreeMap<>(), new TreeMap<>());

    private final String version;
    private final SortedMap<String, AddressResource> addresses;
    private final SortedMap<String, PolicyResource> policies;
    private volatile @Nullable Lookup lookup;

    private PushState(
            String version, SortedMap<String, AddressResource> addresses, SortedMap<String, PolicyResource> policies) {
        this.version = version;
        this.addresses = Collections.unmodifiableSortedMap(addresses);
        this.policies = Collections.unmodifiableSortedMap(policies);
    }

    /** Returns the state with exactly these resources; {@code version} is shown to clients and means nothing to them. */
    PushState next(String version, Collection<? extends MeshResource> resources, Collection<Policy> policies) {
        SortedMap<String, AddressResource> nextAddresses = new TreeMap<>();
        for (MeshResource resource : resources) {
            String name = resource.resourceName();
            AddressResource before = addresses.get(name);
            nextAddresses.put(
                    name,
                    before != null && before.source().equals(resource) ? before : ResourceEncoder.encode(resource));
        }
        SortedMap<String, PolicyResource> nextPolicies = new TreeMap<>();
        for (Policy policy : policies) {
            PolicyResource before = this.policies.get(policy.key());
            nextPolicies.put(
                    policy.key(),
                    before != null && before.source().equals(policy) ? before : ResourceEncoder.encode(policy));
        }
        return new PushState(version, nextAddresses, nextPolicies);
    }

    String version() {
        return version;
    }

    /** Returns workloads and services by resource name, sorted. */
    SortedMap<String, AddressResource> addresses() {
        return addresses;
    }

    /** Returns policies by resource name, sorted. */
    SortedMap<String, PolicyResource> policies() {
        return policies;
    }

    /**
     * Returns what an on-demand client that asks for {@code name} gets: the workload of that uid; else the workloads
     * with that {@code network/address}; else the service of that {@code namespace/hostname} or virtual address, with
     * all its workloads. Empty for an unknown name.
     */
    List<AddressResource> resolve(String name) {
        AddressResource named = addresses.get(name);
        if (named != null && named.source() instanceof Workload) {
            return List.of(named);
        }
        List<AddressResource> workloads = lookup().workloadsByAddress.get(name);
        if (workloads != null) {
            return workloads;
        }
        List<AddressResource> services =
                named != null ? List.of(named) : lookup().servicesByAddress.getOrDefault(name, List.of());
        List<AddressResource> found = new ArrayList<>();
        for (AddressResource service : services) {
            found.add(service);
            found.addAll(lookup().workloadsByService.getOrDefault(service.name(), List.of()));
        }
        return found;
    }

    /** Returns the workloads of {@code node}; none for the empty name. */
    List<AddressResource> onNode(String node) {
        return node.isEmpty() ? List.of() : lookup().workloadsByNode.getOrDefault(node, List.of());
    }

    private Lookup lookup() {
        Lookup present = lookup;
        if (present == null) {
            // Two streams may both get here; both make the same tables.
            present = new Lookup(addresses.values());
            lookup = present;
        }
        return present;
    }

    /** Tables for on-demand clients, made only when the first of them asks. */
    private static final class Lookup {
        final Map<String, List<AddressResource>> workloadsByAddress = new HashMap<>();
        final Map<String, List<AddressResource>> servicesByAddress = new HashMap<>();
        final Map<String, List<AddressResource>> workloadsByService = new HashMap<>();
        final Map<String, List<AddressResource>> workloadsByNode = new HashMap<>();

        Lookup(Collection<AddressResource> resources) {
            for (AddressResource resource : resources) {
                switch (resource.source()) {
                    case Workload workload -> {
                        resource.lookups().forEach(text -> add(workloadsByAddress, text, resource));
                        for (NamespacedHostname service : workload.services().keySet()) {
                            add(workloadsByService, service.toString(), resource);
                        }
                        add(workloadsByNode, workload.node(), resource);
                    }
                    case Service _ -> resource.lookups().forEach(text -> add(servicesByAddress, text, resource));
                }
            }
        }

        private static void add(Map<String, List<AddressResource>> table, String key, AddressResource resource) {
            table.computeIfAbsent(key, _ -> new ArrayList<>()).add(resource);
        }
    }
}
