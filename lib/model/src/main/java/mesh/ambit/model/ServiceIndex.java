package mesh.ambit.model;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The services of a snapshot under every key that something asks for. Lists hold keys in the order in which the services
 * were stored, the last one last.
 *
 * @param byCidr services by network and masked range, so that a lookup asks once for each prefix length in use
 * @param prefixes how many entries of {@code byCidr} have each length, by address family
 */
record ServiceIndex(
        PersistentMap<NamespacedHostname, Service> byKey,
        PersistentMap<String, List<NamespacedHostname>> byHostname,
        PersistentMap<NetworkAddress, List<NamespacedHostname>> byVip,
        PersistentMap<NetworkCidr, List<NamespacedHostname>> byCidr,
        PersistentMap<PrefixLength, Integer> prefixes) {
    static final ServiceIndex EMPTY = new ServiceIndex(
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty());

    /** A prefix length within a family of addresses of so many bytes. */
    record PrefixLength(int addressBytes, int bits) {
        static PrefixLength of(NetworkCidr cidr) {
            return new PrefixLength(cidr.base().getAddress().length, cidr.prefixLength());
        }

        boolean isWhole() {
            return bits == addressBytes * 8;
        }
    }

    ServiceIndex with(Service service) {
        NamespacedHostname key = service.key();
        ServiceIndex rest = without(key);
        PersistentMap<NetworkAddress, List<NamespacedHostname>> vips = rest.byVip;
        for (NetworkAddress vip : service.vips()) {
            vips = claimed(vips, vip, key);
        }
        PersistentMap<NetworkCidr, List<NamespacedHostname>> cidrs = rest.byCidr;
        PersistentMap<PrefixLength, Integer> lengths = rest.prefixes;
        for (NetworkCidr cidr : service.cidrVips()) {
            PrefixLength length = PrefixLength.of(cidr);
            if (length.isWhole()) {
                vips = claimed(vips, new NetworkAddress(cidr.network(), cidr.base()), key);
                continue;
            }
            NetworkCidr masked = masked(cidr);
            List<NamespacedHostname> there = cidrs.findOr(masked, List.of());
            if (!there.contains(key)) {
                lengths = there.isEmpty() ? lengths.with(length, lengths.findOr(length, 0) + 1) : lengths;
                cidrs = cidrs.with(masked, appended(there, key));
            }
        }
        List<NamespacedHostname> names = rest.byHostname.findOr(service.hostname(), List.of());
        return new ServiceIndex(
                rest.byKey.with(key, service),
                rest.byHostname.with(service.hostname(), appended(names, key)),
                vips,
                cidrs,
                lengths);
    }

    ServiceIndex without(NamespacedHostname key) {
        Service service = byKey.find(key);
        if (service == null) {
            return this;
        }
        PersistentMap<NetworkAddress, List<NamespacedHostname>> vips = byVip;
        for (NetworkAddress vip : service.vips()) {
            vips = freed(vips, vip, key.namespace());
        }
        PersistentMap<NetworkCidr, List<NamespacedHostname>> cidrs = byCidr;
        PersistentMap<PrefixLength, Integer> lengths = prefixes;
        for (NetworkCidr cidr : service.cidrVips()) {
            PrefixLength length = PrefixLength.of(cidr);
            if (length.isWhole()) {
                vips = freed(vips, new NetworkAddress(cidr.network(), cidr.base()), key.namespace());
                continue;
            }
            NetworkCidr masked = masked(cidr);
            List<NamespacedHostname> there = cidrs.find(masked);
            if (there == null || !there.contains(key)) {
                continue;
            }
            List<NamespacedHostname> left = dropped(there, key);
            cidrs = left.isEmpty() ? cidrs.without(masked) : cidrs.with(masked, left);
            if (left.isEmpty()) {
                int others = lengths.findOr(length, 1) - 1;
                lengths = others == 0 ? lengths.without(length) : lengths.with(length, others);
            }
        }
        List<NamespacedHostname> names = dropped(byHostname.findOr(service.hostname(), List.of()), key);
        return new ServiceIndex(
                byKey.without(key),
                names.isEmpty() ? byHostname.without(service.hostname()) : byHostname.with(service.hostname(), names),
                vips,
                cidrs,
                lengths);
    }

    /**
     * Returns the index after endpoints of a service have changed: within its namespace it holds its addresses then, in
     * the place of whoever held them.
     */
    ServiceIndex holding(NamespacedHostname key) {
        Service service = byKey.find(key);
        if (service == null) {
            return this;
        }
        PersistentMap<NetworkAddress, List<NamespacedHostname>> vips = byVip;
        boolean changed = false;
        for (NetworkAddress vip : service.vips()) {
            List<NamespacedHostname> there = vips.findOr(vip, List.of());
            if (!there.contains(key)) {
                vips = vips.with(vip, inPlace(there, key));
                changed = true;
            }
        }
        return !changed ? this : new ServiceIndex(byKey, byHostname, vips, byCidr, prefixes);
    }

    private static List<NamespacedHostname> inPlace(List<NamespacedHostname> list, NamespacedHostname key) {
        List<NamespacedHostname> next = new ArrayList<>(list);
        for (int i = 0; i < next.size(); i++) {
            if (next.get(i).namespace().equals(key.namespace())) {
                next.set(i, key);
                return List.copyOf(next);
            }
        }
        next.add(key);
        return List.copyOf(next);
    }

    @Nullable
    Service byHostname(String hostname, @Nullable String clientNamespace) {
        return best(byHostname.findOr(hostname, List.of()), clientNamespace);
    }

    List<Service> allByHostname(String hostname) {
        List<NamespacedHostname> keys = byHostname.findOr(hostname, List.of());
        if (keys.isEmpty()) {
            return List.of();
        }
        List<Service> all = new ArrayList<>(keys.size());
        for (NamespacedHostname key : keys) {
            Service service = byKey.find(key);
            if (service != null) {
                all.add(service);
            }
        }
        return all;
    }

    @Nullable
    Service at(NetworkAddress address, @Nullable String clientNamespace) {
        Service exact = best(byVip.findOr(address, List.of()), clientNamespace);
        return exact != null || prefixes.isEmpty() ? exact : inRange(address, clientNamespace);
    }

    /** Returns the service whose range holds the address: own namespace, then longer prefix, then canonical. */
    private @Nullable Service inRange(NetworkAddress address, @Nullable String clientNamespace) {
        InetAddress ip = address.address();
        int[] bestRank = {-1};
        Service[] best = new Service[1];
        prefixes.forEach((length, _) -> {
            if (length.addressBytes() != ip.getAddress().length) {
                return;
            }
            NetworkCidr range = new NetworkCidr(address.network(), Addresses.masked(ip, length.bits()), length.bits());
            for (NamespacedHostname key : byCidr.findOr(range, List.of())) {
                Service service = byKey.find(key);
                if (service == null || !service.isVisibleFrom(clientNamespace)) {
                    continue;
                }
                int rank = (service.namespace().equals(clientNamespace) ? 1024 : 0)
                        + 2 * length.bits()
                        + (service.canonical() ? 1 : 0);
                if (rank >= bestRank[0]) {
                    bestRank[0] = rank;
                    best[0] = service;
                }
            }
        });
        return best[0];
    }

    /** Returns the visible candidate that wins: own namespace, then the last canonical one, then the first. */
    private @Nullable Service best(List<NamespacedHostname> candidates, @Nullable String clientNamespace) {
        Service best = null;
        for (int i = 0; i < candidates.size(); i++) {
            Service candidate = byKey.find(candidates.get(i));
            if (candidate == null || !candidate.isVisibleFrom(clientNamespace)) {
                continue;
            }
            if (candidate.namespace().equals(clientNamespace)) {
                return candidate;
            }
            if (best == null || candidate.canonical()) {
                best = candidate;
            }
        }
        return best;
    }

    /** Within a namespace the service stored last holds an address. */
    private static PersistentMap<NetworkAddress, List<NamespacedHostname>> claimed(
            PersistentMap<NetworkAddress, List<NamespacedHostname>> index, NetworkAddress vip, NamespacedHostname key) {
        var others = freed(index, vip, key.namespace());
        return others.with(vip, appended(others.findOr(vip, List.of()), key));
    }

    private static PersistentMap<NetworkAddress, List<NamespacedHostname>> freed(
            PersistentMap<NetworkAddress, List<NamespacedHostname>> index, NetworkAddress vip, String namespace) {
        List<NamespacedHostname> there = index.find(vip);
        if (there == null) {
            return index;
        }
        List<NamespacedHostname> left = new ArrayList<>(there);
        left.removeIf(key -> key.namespace().equals(namespace));
        return left.isEmpty() ? index.without(vip) : index.with(vip, List.copyOf(left));
    }

    private static List<NamespacedHostname> appended(List<NamespacedHostname> list, NamespacedHostname key) {
        List<NamespacedHostname> next = new ArrayList<>(list);
        next.add(key);
        return List.copyOf(next);
    }

    private static List<NamespacedHostname> dropped(List<NamespacedHostname> list, NamespacedHostname key) {
        List<NamespacedHostname> next = new ArrayList<>(list);
        next.remove(key);
        return List.copyOf(next);
    }

    private static NetworkCidr masked(NetworkCidr cidr) {
        return new NetworkCidr(cidr.network(), Addresses.masked(cidr.base(), cidr.prefixLength()), cidr.prefixLength());
    }
}
