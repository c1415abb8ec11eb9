package mesh.ambit.istiod.push;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Workload;
import mesh.ambit.protocol.discovery.Resource;
import org.jspecify.annotations.Nullable;

/**
 * Interest in workloads and services: in all of them, or on demand in those that were asked for and those of the
 * client's own node.
 *
 * <p>On demand, whoever asked for an address or a service also hears of workloads that come to have that address or
 * come to stand behind that service, without asking again.
 */
final class AddressInterest implements Interest {
    private final boolean workloadsOnly;
    private final String node;
    private final Set<String> pending = new TreeSet<>();

    /** On demand: every name asked for and every resource told. Unused while {@link #wildcard}. */
    private final Set<String> stored = new HashSet<>();

    private boolean wildcard;

    /** Creates one for {@link ResourceType#ADDRESS}, or {@code workloadsOnly} for {@link ResourceType#WORKLOAD}. */
    AddressInterest(boolean workloadsOnly, String node) {
        this.workloadsOnly = workloadsOnly;
        this.node = node;
    }

    @Override
    public Update first(SubscriptionRequest request, PushState state) {
        Set<String> names = request.firstNames();
        wildcard = names.remove(SubscriptionRequest.WILDCARD)
                || request.subscribe().isEmpty();
        return wildcard
                ? everything(request.mentioned(), request.initialVersions(), state)
                : asked(names, request.initialVersions(), state);
    }

    @Override
    public @Nullable Update change(SubscriptionRequest request, PushState state) {
        if (!request.namesSomething()) {
            return null;
        }
        boolean toWildcard = request.subscribe().contains(SubscriptionRequest.WILDCARD);
        boolean fromWildcard = request.unsubscribe().contains(SubscriptionRequest.WILDCARD);
        Set<String> names = new TreeSet<>(request.subscribe());
        names.remove(SubscriptionRequest.WILDCARD);
        if (wildcard ? !fromWildcard : toWildcard && !fromWildcard) {
            wildcard = true;
            // What it held on demand and has vanished since would otherwise stay with it for ever.
            names.addAll(stored);
            stored.clear();
            return everything(names, Map.of(), state);
        }
        wildcard = false;
        List<String> dropped = drop(request.unsubscribe(), state);
        if (names.isEmpty()) {
            return dropped == null ? null : new Update(List.of(), dropped);
        }
        Update found = asked(names, Map.of(), state);
        if (dropped == null) {
            return found;
        }
        Set<String> removed = new TreeSet<>(dropped);
        removed.addAll(found.removed());
        return new Update(found.resources(), List.copyOf(removed));
    }

    /** Returns the whole mesh, less what the client holds in the same version. */
    private Update everything(Collection<String> held, Map<String, String> versions, PushState state) {
        Set<String> removed = new TreeSet<>(held);
        removed.addAll(pending);
        removed.remove(SubscriptionRequest.WILDCARD);
        pending.clear();
        List<Resource> resources = new ArrayList<>();
        for (AddressResource resource : state.addresses().values()) {
            if (!serves(resource)) {
                continue;
            }
            removed.remove(resource.name());
            if (!resource.version().equals(versions.get(resource.name()))) {
                resources.add(workloadsOnly ? resource.bare() : resource.plain());
            }
        }
        return new Update(resources, List.copyOf(removed));
    }

    /** Returns what {@code names} stand for and the workloads of the client's node, less what it holds unchanged. */
    private Update asked(Set<String> names, Map<String, String> versions, PushState state) {
        Map<String, AddressResource> found = new TreeMap<>();
        Set<String> awaited = new HashSet<>();
        List<String> removed = new ArrayList<>();
        for (String name : names) {
            boolean any = false;
            boolean byName = state.addresses().containsKey(name);
            for (AddressResource resource : state.resolve(name)) {
                if (serves(resource)) {
                    any = true;
                    found.put(resource.name(), resource);
                    // Somebody waits for this name and is woken by the alias only, so it is sent though unchanged.
                    if (!byName) {
                        awaited.add(resource.name());
                    }
                }
            }
            if (!any) {
                removed.add(name);
            }
        }
        state.onNode(node).forEach(resource -> found.put(resource.name(), resource));
        stored.addAll(names);
        stored.addAll(found.keySet());
        List<Resource> resources = new ArrayList<>();
        for (AddressResource resource : found.values()) {
            if (awaited.contains(resource.name()) || !resource.version().equals(versions.get(resource.name()))) {
                resources.add(onDemand(resource));
            }
        }
        return new Update(resources, removed);
    }

    /** Forgets {@code names} and returns those that are now gone for the client; null if none of them was stored. */
    private @Nullable List<String> drop(Set<String> names, PushState state) {
        Set<String> dropped = new TreeSet<>(names);
        dropped.retainAll(stored);
        if (dropped.isEmpty()) {
            return null;
        }
        dropped.removeIf(name -> {
            AddressResource resource = state.addresses().get(name);
            return resource != null && resource.runsOn(node);
        });
        stored.removeAll(dropped);
        return List.copyOf(dropped);
    }

    @Override
    public void note(MeshChange change) {
        pending.addAll(change.workloads());
        if (!workloadsOnly) {
            pending.addAll(change.services());
        }
    }

    @Override
    public boolean isDue() {
        return !pending.isEmpty();
    }

    @Override
    public @Nullable Update push(PushState state) {
        List<Resource> resources = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        for (String name : pending) {
            AddressResource resource = state.addresses().get(name);
            if (resource == null || !serves(resource)) {
                if (wildcard || stored.contains(name)) {
                    removed.add(name);
                }
            } else if (wildcard) {
                resources.add(workloadsOnly ? resource.bare() : resource.plain());
            } else if (concerns(resource)) {
                resources.add(onDemand(resource));
                stored.add(name);
            }
        }
        pending.clear();
        Update update = new Update(resources, removed);
        return update.isEmpty() ? null : update;
    }

    private boolean concerns(AddressResource resource) {
        if (stored.contains(resource.name())
                || resource.runsOn(node)
                || resource.lookups().stream().anyMatch(stored::contains)) {
            return true;
        }
        return resource.source() instanceof Workload workload
                && workload.services().keySet().stream()
                        .map(NamespacedHostname::toString)
                        .anyMatch(stored::contains);
    }

    private boolean serves(AddressResource resource) {
        return !workloadsOnly || resource.source() instanceof Workload;
    }

    private Resource onDemand(AddressResource resource) {
        if (!workloadsOnly) {
            return resource.aliased();
        }
        return resource.bare().toBuilder().addAllAliases(resource.aliases()).build();
    }

    @Override
    public int size() {
        return stored.size();
    }
}
