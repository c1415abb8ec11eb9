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
import org.jspecify.annotations.Nullable;

/**
 * Interest in workloads and services: in all of them, or on demand in those that were asked for and those of the
 * client's own node. Which of the two, the first request decides for the whole stream, as with the reference.
 *
 * <p>On demand, whoever asked for an address or a service also hears of workloads that come to have that address or
 * come to stand behind that service, without asking again.
 */
final class AddressInterest implements Interest {
    private final ResourceType type;
    private final String node;

    /** On demand: every name asked for and every resource told. Empty for a client that wants everything. */
    private final Set<String> stored = new HashSet<>();

    /** Those of {@link #stored} to which the last answer was that there is no such thing. */
    private final Set<String> missing = new HashSet<>();

    private Step at = Step.first();
    private boolean wildcard;

    /** Creates one for {@link ResourceType#ADDRESS} or {@link ResourceType#WORKLOAD}. */
    AddressInterest(ResourceType type, String node) {
        this.type = type;
        this.node = node;
    }

    @Override
    public Update first(SubscriptionRequest request, Revision now) {
        at = now.step();
        wildcard = request.subscribe().isEmpty()
                || (request.mentions(SubscriptionRequest.WILDCARD)
                        && !request.unsubscribe().contains(SubscriptionRequest.WILDCARD));
        if (wildcard) {
            return everything(request, Set.of(), now);
        }
        Set<String> names = request.firstNames();
        names.remove(SubscriptionRequest.WILDCARD);
        return asked(names, request.initialVersions().asMap(), now);
    }

    @Override
    public @Nullable Update change(SubscriptionRequest request, Revision now) {
        if (wildcard) {
            if (request.subscribe().isEmpty() && request.unsubscribe().isEmpty()) {
                return null;
            }
            Update pending = now.changes(type, at);
            at = now.step();
            return everything(request, pending.removed(), now);
        }
        Set<String> names = request.mentioned();
        boolean changed = names.stream().anyMatch(name -> isNews(name, now));
        Set<String> dropped = new TreeSet<>();
        for (String name : request.unsubscribe()) {
            if (stored.remove(name)) {
                dropped.add(name);
                missing.remove(name);
            }
            changed |= names.remove(name);
        }
        if (!changed && dropped.isEmpty()) {
            return null;
        }
        names.remove(SubscriptionRequest.WILDCARD);
        Update found = asked(names, request.initialVersions().asMap(), now);
        if (!names.isEmpty()) {
            // The answer is about what was asked for; who gave something up in the same breath knows that it did.
            return found;
        }
        // Pods of its own node a client keeps, so they are not gone for it.
        found.resources().forEach(resource -> dropped.remove(resource.name()));
        dropped.addAll(found.removed());
        return new Update(found.resources(), List.copyOf(dropped));
    }

    /**
     * Returns whether asking for {@code name} is more than a repetition. Who asks again for what was not there, or is no
     * longer there, has forgotten our answer and waits for another one.
     */
    private boolean isNews(String name, Revision now) {
        return !stored.contains(name)
                || missing.contains(name)
                || now.state().resolve(name).isEmpty();
    }

    /**
     * Returns the whole mesh less what the client holds in the same version, and the names that are not in it: of
     * {@code gone} and of those that the client wants or holds. Makes no copy of what may be as long as the mesh.
     */
    private Update everything(SubscriptionRequest request, Collection<String> gone, Revision now) {
        Update everything = now.everything(type);
        Set<String> removed = new TreeSet<>(gone);
        for (String name : request.subscribe()) {
            if (!now.state().addresses().containsKey(name)) {
                addMissing(name, request, removed);
            }
        }
        Set<String> held = new HashSet<>();
        request.initialVersions().forEach((name, version) -> {
            AddressResource resource = now.state().addresses().find(name);
            if (resource == null) {
                addMissing(name, request, removed);
            } else if (resource.version().equals(version)) {
                // The name that is there already, so that what the client wrote can go.
                held.add(resource.name());
            } else {
                held.remove(name);
            }
        });
        List<EncodedResource> resources = everything.resources();
        if (!held.isEmpty()) {
            // Most of the time all of it.
            resources = held.size() == resources.size() && type == ResourceType.ADDRESS
                    ? List.of()
                    : resources.stream()
                            .filter(resource -> !held.contains(resource.name()))
                            .toList();
        }
        return removed.isEmpty() && held.isEmpty() ? everything : new Update(resources, List.copyOf(removed));
    }

    private static void addMissing(String name, SubscriptionRequest request, Set<String> missing) {
        if (!request.unsubscribe().contains(name) && !name.equals(SubscriptionRequest.WILDCARD)) {
            missing.add(name);
        }
    }

    /** Returns what {@code names} stand for and what is new on the client's node, less what it holds unchanged. */
    private Update asked(Set<String> names, Map<String, String> versions, Revision now) {
        Map<String, AddressResource> found = new TreeMap<>();
        Set<String> awaited = new HashSet<>();
        Set<String> removed = new TreeSet<>();
        for (String name : names) {
            List<AddressResource> answers = now.state().resolve(name);
            boolean byName = now.state().addresses().containsKey(name);
            for (AddressResource resource : answers) {
                found.put(resource.name(), resource);
                // Somebody waits for this name and is woken by the alias only, so it is sent though unchanged.
                if (!byName) {
                    awaited.add(resource.name());
                }
            }
            if (answers.isEmpty()) {
                removed.add(name);
                missing.add(name);
            } else {
                missing.remove(name);
            }
        }
        for (AddressResource resource : now.state().onNode(node)) {
            if (!stored.contains(resource.name())) {
                found.put(resource.name(), resource);
            }
        }
        stored.addAll(names);
        stored.addAll(found.keySet());
        List<EncodedResource> resources = new ArrayList<>();
        for (AddressResource resource : found.values()) {
            removed.removeAll(resource.aliases());
            if (Revision.serves(type, resource) && (awaited.contains(resource.name()) || !isHeld(resource, versions))) {
                resources.add(onDemand(resource));
            }
        }
        return new Update(resources, List.copyOf(removed));
    }

    private static boolean isHeld(AddressResource resource, Map<String, String> versions) {
        String held = versions.get(resource.name());
        return held != null && held.equals(resource.version());
    }

    @Override
    public boolean isDue(Revision now) {
        return at.number() != now.step().number();
    }

    @Override
    public @Nullable Update push(Revision now, boolean keepRemovals) {
        Step before = at;
        at = now.step();
        if (wildcard) {
            return due(
                    now.changes(type, before),
                    !before.changesUntil(at).addresses().isEmpty());
        }
        List<EncodedResource> resources = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        boolean concerned = false;
        for (String name : before.changesUntil(at).addresses()) {
            concerned |= stored.contains(name);
            AddressResource resource = now.state().addresses().find(name);
            if (resource == null) {
                if (stored.contains(name)) {
                    removed.add(name);
                }
            } else if (Revision.serves(type, resource) && concerns(resource)) {
                resources.add(onDemand(resource));
                stored.add(name);
            }
        }
        return due(new Update(resources, removed), concerned);
    }

    /**
     * Returns what is sent of an update, null for nothing. As by the reference, clients of the older form are told that
     * something changed, even where it was a service and they are told nothing of it.
     */
    private @Nullable Update due(Update update, boolean concerned) {
        return concerned && type == ResourceType.WORKLOAD ? update : update.orNull();
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

    private EncodedResource onDemand(AddressResource resource) {
        return type == ResourceType.ADDRESS
                ? resource.aliased()
                : resource.bare().withAliases(resource.aliases());
    }

    @Override
    public int size() {
        return stored.size();
    }

    @Override
    public long behind(Revision now) {
        return at.namesUntil(now.step());
    }
}
