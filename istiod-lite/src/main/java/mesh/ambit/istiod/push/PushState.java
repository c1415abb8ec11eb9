package mesh.ambit.istiod.push;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.PersistentMap;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that clients may be told at one moment, encoded. Immutable; one object serves all streams.
 *
 * <p>What is the same as in the state before is shared with it, so that a change costs what it changes.
 */
final class PushState {
    private static final Logger LOG = LoggerFactory.getLogger(PushState.class);

    /** The mesh before anything is known of it. */
    static final PushState EMPTY = new PushState("", PersistentMap.empty(), PersistentMap.empty(), null);

    private static final int MANY_CHANGES = 1000;

    private final String version;
    private final PersistentMap<String, AddressResource> addresses;
    private final PersistentMap<String, PolicyResource> policies;

    /** Made when the first on-demand client asks, and kept up from then on. */
    private volatile @Nullable LookupTables lookups;

    private PushState(
            String version,
            PersistentMap<String, AddressResource> addresses,
            PersistentMap<String, PolicyResource> policies,
            @Nullable LookupTables lookups) {
        this.version = version;
        this.addresses = addresses;
        this.policies = policies;
        this.lookups = lookups;
    }

    /** A state, and the names in which it differs from the one before. */
    record Next(PushState state, MeshChange change) {}

    /** Returns the state after {@code delta}; {@code version} is shown to clients and means nothing to them. */
    Next with(String version, MeshDelta delta) {
        PersistentMap<String, AddressResource> nextAddresses = addresses;
        PersistentMap<String, PolicyResource> nextPolicies = policies;
        // Many changes are cheaper to make new tables of, when somebody asks, than to follow one by one.
        LookupTables nextLookups =
                delta.addresses().size() + delta.removedAddresses().size() > MANY_CHANGES ? null : lookups;
        Set<String> changedAddresses = new HashSet<>();
        Set<String> changedPolicies = new HashSet<>();

        Set<String> added = new HashSet<>();
        for (MeshResource resource : delta.addresses()) {
            String name = resource.resourceName();
            added.add(name);
            AddressResource before = nextAddresses.find(name);
            if (before != null && before.source().equals(resource)) {
                continue;
            }
            AddressResource after;
            try {
                after = ResourceEncoder.encode(resource);
            } catch (RuntimeException e) {
                // One that cannot be told must not keep the others from being told.
                LOG.error("{} cannot be encoded; proxies keep what they have of it", name, e);
                continue;
            }
            nextAddresses = nextAddresses.with(name, after);
            nextLookups = nextLookups == null ? null : nextLookups.with(before, after);
            if (before == null || before.hash() != after.hash()) {
                changedAddresses.add(name);
            }
        }
        for (String name : delta.removedAddresses()) {
            AddressResource before = nextAddresses.find(name);
            if (before != null && !added.contains(name)) {
                nextAddresses = nextAddresses.without(name);
                nextLookups = nextLookups == null ? null : nextLookups.with(before, null);
                changedAddresses.add(name);
            }
        }
        Set<String> addedPolicies = new HashSet<>();
        for (Policy policy : delta.policies()) {
            String name = policy.key();
            addedPolicies.add(name);
            PolicyResource before = nextPolicies.find(name);
            if (before != null && before.source().equals(policy)) {
                continue;
            }
            PolicyResource after;
            try {
                after = ResourceEncoder.encode(policy);
            } catch (RuntimeException e) {
                LOG.error("{} cannot be encoded; proxies keep what they have of it", name, e);
                continue;
            }
            nextPolicies = nextPolicies.with(name, after);
            changedPolicies.add(name);
        }
        for (String name : delta.removedPolicies()) {
            if (!addedPolicies.contains(name) && nextPolicies.containsKey(name)) {
                nextPolicies = nextPolicies.without(name);
                changedPolicies.add(name);
            }
        }
        return new Next(
                new PushState(version, nextAddresses, nextPolicies, nextLookups),
                MeshChange.of(changedAddresses, changedPolicies));
    }

    /** Returns what leads from this state to the one of exactly these resources. */
    MeshDelta deltaTo(Collection<? extends MeshResource> resources, Collection<Policy> wanted) {
        Set<String> names = new HashSet<>();
        resources.forEach(resource -> names.add(resource.resourceName()));
        List<String> gone = new ArrayList<>(addresses.keys());
        gone.removeIf(names::contains);
        Set<String> policyNames = new HashSet<>();
        wanted.forEach(policy -> policyNames.add(policy.key()));
        List<String> gonePolicies = new ArrayList<>(policies.keys());
        gonePolicies.removeIf(policyNames::contains);
        return new MeshDelta(resources, gone, wanted, gonePolicies);
    }

    String version() {
        return version;
    }

    /** Returns workloads and services by resource name. */
    PersistentMap<String, AddressResource> addresses() {
        return addresses;
    }

    /** Returns policies by resource name. */
    PersistentMap<String, PolicyResource> policies() {
        return policies;
    }

    /**
     * Returns what an on-demand client that asks for {@code name} gets: the workload of that uid; else the workloads
     * with that {@code network/address}; else the service of that {@code namespace/hostname} or virtual address, with
     * all its workloads. Empty for an unknown name.
     */
    List<AddressResource> resolve(String name) {
        AddressResource named = addresses.find(name);
        if (named != null && named.isWorkload()) {
            return List.of(named);
        }
        LookupTables tables = lookups();
        List<String> workloads = tables.workloadsAt(name);
        if (!workloads.isEmpty()) {
            return found(workloads);
        }
        List<String> services = named != null ? List.of(name) : tables.servicesAt(name);
        if (services.isEmpty()) {
            return List.of();
        }
        // Of several services that share an address the first by name, as only one can have it.
        String service = services.getFirst();
        List<AddressResource> found = new ArrayList<>(found(List.of(service)));
        found.addAll(found(tables.workloadsOf(service)));
        return found;
    }

    /** Returns the workloads of {@code node}; none for the empty name. */
    List<AddressResource> onNode(String node) {
        return node.isEmpty() ? List.of() : found(lookups().workloadsOn(node));
    }

    private List<AddressResource> found(List<String> names) {
        List<AddressResource> found = new ArrayList<>(names.size());
        for (String name : names) {
            AddressResource resource = addresses.find(name);
            if (resource != null) {
                found.add(resource);
            }
        }
        return found;
    }

    private LookupTables lookups() {
        LookupTables present = lookups;
        if (present == null) {
            // Two streams may both get here; both make the same tables.
            present = LookupTables.of(addresses.values());
            lookups = present;
        }
        return present;
    }
}
