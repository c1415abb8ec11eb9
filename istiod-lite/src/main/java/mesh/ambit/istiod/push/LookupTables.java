package mesh.ambit.istiod.push;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.PersistentMap;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/** Resource names by what on-demand clients ask for. Immutable; a changed copy shares what did not change. */
final class LookupTables {
    private final PersistentMap<String, List<String>> workloadsByAddress;
    private final PersistentMap<String, List<String>> servicesByAddress;
    private final PersistentMap<String, List<String>> workloadsByService;
    private final PersistentMap<String, List<String>> workloadsByNode;

    private LookupTables(
            PersistentMap<String, List<String>> workloadsByAddress,
            PersistentMap<String, List<String>> servicesByAddress,
            PersistentMap<String, List<String>> workloadsByService,
            PersistentMap<String, List<String>> workloadsByNode) {
        this.workloadsByAddress = workloadsByAddress;
        this.servicesByAddress = servicesByAddress;
        this.workloadsByService = workloadsByService;
        this.workloadsByNode = workloadsByNode;
    }

    static LookupTables of(Collection<AddressResource> resources) {
        return new LookupTables(
                table(resources, LookupTables::workloadAddresses),
                table(resources, LookupTables::serviceAddresses),
                table(resources, LookupTables::services),
                table(resources, LookupTables::node));
    }

    /** Returns the tables in which {@code before} is replaced by {@code after}; null where there was or is nothing. */
    LookupTables with(@Nullable AddressResource before, @Nullable AddressResource after) {
        return new LookupTables(
                changed(workloadsByAddress, before, after, LookupTables::workloadAddresses),
                changed(servicesByAddress, before, after, LookupTables::serviceAddresses),
                changed(workloadsByService, before, after, LookupTables::services),
                changed(workloadsByNode, before, after, LookupTables::node));
    }

    /** Returns the names of the workloads with {@code network/address}, sorted, as all that these tables return. */
    List<String> workloadsAt(String address) {
        return workloadsByAddress.findOr(address, List.of());
    }

    List<String> servicesAt(String address) {
        return servicesByAddress.findOr(address, List.of());
    }

    List<String> workloadsOf(String service) {
        return workloadsByService.findOr(service, List.of());
    }

    List<String> workloadsOn(String node) {
        return workloadsByNode.findOr(node, List.of());
    }

    private static List<String> workloadAddresses(AddressResource resource) {
        return resource.isWorkload() ? resource.lookups() : List.of();
    }

    private static List<String> serviceAddresses(AddressResource resource) {
        return resource.isWorkload() ? List.of() : resource.lookups();
    }

    private static List<String> services(AddressResource resource) {
        return resource.source() instanceof Workload workload
                ? workload.services().keySet().stream()
                        .map(NamespacedHostname::toString)
                        .toList()
                : List.of();
    }

    private static List<String> node(AddressResource resource) {
        return resource.source() instanceof Workload workload ? List.of(workload.node()) : List.of();
    }

    private static PersistentMap<String, List<String>> table(
            Collection<AddressResource> resources, Function<AddressResource, List<String>> keys) {
        Map<String, TreeSet<String>> names = new TreeMap<>();
        for (AddressResource resource : resources) {
            for (String key : keys.apply(resource)) {
                names.computeIfAbsent(key, _ -> new TreeSet<>()).add(resource.name());
            }
        }
        PersistentMap<String, List<String>> table = PersistentMap.empty();
        for (Map.Entry<String, TreeSet<String>> entry : names.entrySet()) {
            table = table.with(entry.getKey(), List.copyOf(entry.getValue()));
        }
        return table;
    }

    private static PersistentMap<String, List<String>> changed(
            PersistentMap<String, List<String>> table,
            @Nullable AddressResource before,
            @Nullable AddressResource after,
            Function<AddressResource, List<String>> keys) {
        List<String> old = before == null ? List.of() : keys.apply(before);
        List<String> now = after == null ? List.of() : keys.apply(after);
        if (old.equals(now)) {
            return table;
        }
        PersistentMap<String, List<String>> next = table;
        if (before != null) {
            for (String key : old) {
                List<String> names = without(next.findOr(key, List.of()), before.name());
                next = names.isEmpty() ? next.without(key) : next.with(key, names);
            }
        }
        if (after != null) {
            for (String key : now) {
                next = next.with(key, with(next.findOr(key, List.of()), after.name()));
            }
        }
        return next;
    }

    /** Returns the sorted list with {@code name}; one copy of references, however long it is. */
    private static List<String> with(List<String> names, String name) {
        int at = Collections.binarySearch(names, name);
        if (at >= 0) {
            return names;
        }
        List<String> more = new ArrayList<>(names.size() + 1);
        more.addAll(names.subList(0, -at - 1));
        more.add(name);
        more.addAll(names.subList(-at - 1, names.size()));
        return Collections.unmodifiableList(more);
    }

    private static List<String> without(List<String> names, String name) {
        int at = Collections.binarySearch(names, name);
        if (at < 0) {
            return names;
        }
        List<String> less = new ArrayList<>(names);
        less.remove(at);
        return Collections.unmodifiableList(less);
    }
}
