package mesh.ambit.kube;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import mesh.ambit.kube.ServiceEntry.HostAddress;
import mesh.ambit.kube.ServiceEntry.Resolution;

/**
 * Assigns addresses to hosts of ServiceEntries that have none, one from 240.240.0.0/16 and one from 2001:2::/48 as
 * upstream does, so that clients can tell connections to them apart. They stand in the entry's status.
 *
 * <p>What a host has it keeps, unless it belongs to somebody else: to whoever wrote it down, or to the oldest entry that
 * has it. A new address is searched from a place that depends on the host's name only, so that two controllers that do
 * this at once come to the same.
 */
public final class EntryIps {
    /** Says that an entry wants none. */
    public static final String OPT_OUT_LABEL = "networking.istio.io/enable-autoallocate-ip";

    private static final int FIRST = 1;

    /** The last one is a broadcast address in IPv4. */
    private static final int LAST = 0xfffe;

    private static final Comparator<ServiceEntry> OLDEST_FIRST = Comparator.<ServiceEntry, Instant>comparing(
                    entry -> entry.metadata().creationTimestamp(), Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(ServiceEntry::key);

    /** Who has an address, by its bytes. */
    private final Map<String, String> owners = new HashMap<>();

    private EntryIps() {}

    /**
     * Objects with addresses.
     *
     * @param record what was assigned, by {@code namespace/name/host}: give it to the next call
     */
    public record Assignment(ObjectSet objects, Map<String, List<String>> record) {
        public Assignment {
            record = Copies.sorted(record);
        }
    }

    /**
     * Returns {@code objects} with assigned addresses in all ServiceEntries that should have some, for a source without an
     * API server that would keep them.
     *
     * @param former what was assigned before; other keys do not matter
     */
    public static Assignment assign(ObjectSet objects, Map<String, List<String>> former) {
        List<ServiceEntry> known = new ArrayList<>();
        for (ServiceEntry entry : objects.serviceEntries()) {
            known.add(entry.assigned().isEmpty() ? entry.withAssigned(remembered(entry, former)) : entry);
        }
        Map<ObjectKey, List<HostAddress>> corrected = corrections(known);
        Map<String, List<String>> record = new TreeMap<>();
        List<KubeObject> result = new ArrayList<>(objects.all());
        for (ServiceEntry entry : known) {
            ServiceEntry assigned = entry.withAssigned(corrected.getOrDefault(entry.key(), entry.assigned()));
            for (HostAddress address : assigned.assigned()) {
                record.computeIfAbsent(owner(entry, address.host()), _ -> new ArrayList<>())
                        .add(address.value());
            }
            result.add(assigned);
        }
        return new Assignment(ObjectSet.of(result), record);
    }

    private static List<HostAddress> remembered(ServiceEntry entry, Map<String, List<String>> former) {
        List<HostAddress> addresses = new ArrayList<>();
        for (String host : hosts(entry)) {
            for (String address : former.getOrDefault(owner(entry, host), List.of())) {
                addresses.add(new HostAddress(host, address));
            }
        }
        return addresses;
    }

    /** Returns what the status of an entry should say, for each whose status says something else. */
    public static Map<ObjectKey, List<HostAddress>> corrections(Collection<ServiceEntry> entries) {
        List<ServiceEntry> sorted = new ArrayList<>(entries);
        sorted.sort(OLDEST_FIRST);
        EntryIps ips = new EntryIps();
        for (ServiceEntry entry : sorted) {
            entry.addresses().forEach(address -> ips.owners.putIfAbsent(IpText.id(address), "somebody's own choice"));
        }
        // First what is there, then what is missing: only then is it clear what is free.
        Map<ObjectKey, Map<String, List<HostAddress>>> kept = new HashMap<>();
        sorted.forEach(entry -> kept.put(entry.key(), ips.keep(entry)));
        Map<ObjectKey, List<HostAddress>> corrections = new TreeMap<>();
        for (ServiceEntry entry : sorted) {
            List<HostAddress> wanted = new ArrayList<>();
            for (String host : hosts(entry)) {
                List<HostAddress> present =
                        kept.getOrDefault(entry.key(), Map.of()).getOrDefault(host, List.of());
                wanted.addAll(present.isEmpty() ? ips.next(entry, host) : present);
            }
            if (!wanted.equals(entry.assigned())) {
                corrections.put(entry.key(), wanted);
            }
        }
        return corrections;
    }

    /** Returns the hosts that are to have assigned addresses, each once. */
    private static Collection<String> hosts(ServiceEntry entry) {
        String wish = entry.metadata().labels().getOrDefault(OPT_OUT_LABEL, "");
        boolean unwanted = wish.equalsIgnoreCase("false");
        if (unwanted || !entry.addresses().isEmpty() || entry.resolution() == Resolution.NONE) {
            return List.of();
        }
        LinkedHashSet<String> hosts = new LinkedHashSet<>(entry.hosts());
        if (entry.resolution() != Resolution.DYNAMIC_DNS) {
            hosts.removeIf(host -> host.startsWith("*"));
        }
        return hosts;
    }

    private Map<String, List<HostAddress>> keep(ServiceEntry entry) {
        Map<String, List<HostAddress>> byHost = new HashMap<>();
        for (HostAddress address : entry.assigned()) {
            byHost.computeIfAbsent(address.host(), _ -> new ArrayList<>()).add(address);
        }
        byHost.keySet().retainAll(hosts(entry));
        byHost.values().removeIf(addresses -> !addresses.stream().allMatch(address -> isFree(address, entry)));
        byHost.forEach((host, addresses) ->
                addresses.forEach(address -> owners.put(IpText.id(address.value()), owner(entry, host))));
        return byHost;
    }

    private boolean isFree(HostAddress address, ServiceEntry entry) {
        String owner = owners.get(IpText.id(address.value()));
        return IpText.parse(address.value()) != null && (owner == null || owner.equals(owner(entry, address.host())));
    }

    private List<HostAddress> next(ServiceEntry entry, String host) {
        String owner = owner(entry, host);
        CRC32 hash = new CRC32();
        hash.update(owner.getBytes(StandardCharsets.UTF_8));
        int size = LAST - FIRST + 1;
        int start = (int) (hash.getValue() % size);
        for (int i = 0; i < size; i++) {
            int low = FIRST + (start + i) % size;
            String v4 = "240.240." + (low >> 8) + "." + (low & 0xff);
            String v6 = "2001:2::" + Integer.toHexString(low);
            if (!owners.containsKey(IpText.id(v4)) && !owners.containsKey(IpText.id(v6))) {
                owners.put(IpText.id(v4), owner);
                owners.put(IpText.id(v6), owner);
                return List.of(new HostAddress(host, v4), new HostAddress(host, v6));
            }
        }
        return List.of();
    }

    private static String owner(ServiceEntry entry, String host) {
        return entry.metadata().namespace() + "/" + entry.metadata().name() + "/" + host;
    }
}
