package mesh.ambit.ztunnel.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import mesh.ambit.model.Endpoint;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.dns.NameDecision.Answered;
import mesh.ambit.ztunnel.dns.NameDecision.Forward;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a pod is told about a name: what the mesh knows, or that the name servers have to be asked.
 *
 * <p>Reads the snapshot and its arguments and nothing else; the random source shuffles addresses. Thread-safe.
 */
final class MeshNames {
    /** Seconds; the mesh changes under its clients. */
    static final int TTL = 30;

    private static final String WILDCARD = "*";

    private final List<String> clusterDomain;
    private final List<String> serviceDomain;
    private final String serviceSuffix;
    private final @Nullable List<List<String>> searchDomains;
    private final String preferredNamespace;
    private final boolean ipv6;

    /**
     * A name to look for.
     *
     * @param stripped how many labels of the asked name are left when the search domain is taken off; 0 where none was
     */
    record Candidate(List<String> labels, int stripped) {}

    /**
     * Creates one.
     *
     * @param clusterDomain such as {@code cluster.local}
     * @param searchDomains what clients append to short names; null for what Kubernetes puts into a pod
     * @param preferredNamespace whose service wins among otherwise equal ones of one name; empty for none
     * @param ipv6 whether IPv6 addresses are told
     */
    MeshNames(String clusterDomain, @Nullable List<String> searchDomains, String preferredNamespace, boolean ipv6) {
        this.clusterDomain = labelsOf(clusterDomain);
        this.serviceDomain = joined(List.of("svc"), this.clusterDomain);
        this.serviceSuffix = "." + String.join(".", serviceDomain);
        this.searchDomains = searchDomains == null
                ? null
                : searchDomains.stream().map(MeshNames::labelsOf).toList();
        this.preferredNamespace = preferredNamespace;
        this.ipv6 = ipv6;
    }

    /**
     * Returns what {@code client} is told.
     *
     * <p>Only addresses are answered here; any other type is forwarded, for names of services too. A name that the mesh
     * knows is never forwarded: without a fitting address its answer is empty.
     */
    NameDecision decide(MeshSnapshot mesh, Workload client, DnsQuestion asked, RandomGenerator random) {
        DnsQuestion question = asked.lower();
        if (question.type() != RecordType.A && question.type() != RecordType.AAAA) {
            return Forward.INSTANCE;
        }
        for (Candidate candidate : candidates(question.name().labels(), client.namespace())) {
            List<String> rest = candidate.labels();
            Service exact = find(mesh, String.join(".", rest), client.namespace());
            if (exact != null) {
                return answer(mesh, client, question, exact, candidate.stripped(), random);
            }
            // www.example.com is *.example.com and *.com too; what a wildcard names has no name of its own to point to.
            for (; counted(rest) > 1; rest = rest.subList(1, rest.size())) {
                String wildcard = WILDCARD + "." + String.join(".", rest.subList(1, rest.size()));
                Service service = find(mesh, wildcard, client.namespace());
                if (service != null) {
                    return answer(mesh, client, question, service, 0, random);
                }
            }
        }
        return Forward.INSTANCE;
    }

    /**
     * Returns the names to look for, in order and each once: the name itself and what it is short for in Kubernetes, then
     * the same for what is left of it without each search domain.
     */
    Collection<Candidate> candidates(List<String> name, String namespace) {
        Map<List<String>, Candidate> candidates = new LinkedHashMap<>();
        add(candidates, name, 0, namespace);
        for (List<String> domain : searchDomains(namespace)) {
            int left = name.size() - domain.size();
            if (counted(name) > domain.size() && name.subList(left, name.size()).equals(domain)) {
                add(candidates, name.subList(0, left), left, namespace);
            }
        }
        return candidates.values();
    }

    private void add(Map<List<String>, Candidate> to, List<String> name, int stripped, String namespace) {
        to.putIfAbsent(name, new Candidate(name, stripped));
        for (List<String> expanded : expansions(name, namespace)) {
            to.putIfAbsent(expanded, new Candidate(expanded, stripped));
        }
    }

    /** Returns the full names in Kubernetes that a name may be short for. */
    private List<List<String>> expansions(List<String> name, String namespace) {
        List<String> namespaceDomain = joined(List.of(namespace), serviceDomain);
        boolean endsWithSvc = name.size() > 1 && name.getLast().equals("svc");
        return switch (name.size()) {
            case 1 -> List.of(joined(name, namespaceDomain));
            case 2 -> List.of(joined(name, serviceDomain), joined(name, namespaceDomain));
            case 3 ->
                endsWithSvc
                        ? List.of(joined(name, clusterDomain), joined(name, serviceDomain))
                        : List.of(joined(name, serviceDomain));
            case 4 -> endsWithSvc ? List.of(joined(name, clusterDomain)) : List.of();
            default -> List.of();
        };
    }

    private List<List<String>> searchDomains(String namespace) {
        return searchDomains != null
                ? searchDomains
                : List.of(joined(List.of(namespace), serviceDomain), serviceDomain, clusterDomain);
    }

    /**
     * Returns the service that a client means by exactly this host name: its own namespace's, else the canonical one (the
     * last of several), else the preferred namespace's, else the first.
     */
    private @Nullable Service find(MeshSnapshot mesh, String hostname, String namespace) {
        Service canonical = null;
        Service preferred = null;
        Service first = null;
        for (Service service : mesh.servicesByHostname(hostname)) {
            // Without an address of its own only a headless service of Kubernetes is ours to answer for.
            boolean eligible = !service.vips().isEmpty() || hostname.endsWith(serviceSuffix);
            if (!eligible || !service.isVisibleFrom(namespace)) {
                continue;
            }
            if (service.namespace().equals(namespace)) {
                return service;
            }
            canonical = service.canonical() ? service : canonical;
            preferred = preferred == null && service.namespace().equals(preferredNamespace) ? service : preferred;
            first = first == null ? service : first;
        }
        return canonical != null ? canonical : preferred != null ? preferred : first;
    }

    private NameDecision answer(
            MeshSnapshot mesh,
            Workload client,
            DnsQuestion question,
            Service service,
            int stripped,
            RandomGenerator random) {
        boolean wantsIpv4 = question.type() == RecordType.A;
        boolean refused = wantsIpv4
                ? service.ipFamilies() == IpFamilies.IPV6_ONLY
                : !ipv6 || service.ipFamilies() == IpFamilies.IPV4_ONLY;
        if (refused) {
            return new Answered(DnsAnswer.ofMesh(List.of()), Answered.FAMILY);
        }
        List<InetAddress> addresses = service.vips().isEmpty()
                ? endpointAddresses(mesh, service, wantsIpv4)
                : virtualAddresses(client, service, wantsIpv4);
        if (addresses.isEmpty()) {
            return new Answered(DnsAnswer.ofMesh(List.of()), Answered.NO_RECORDS);
        }
        shuffle(addresses, random);
        List<DnsRecord> records = new ArrayList<>(addresses.size() + 1);
        DnsName owner = question.name();
        if (stripped > 0) {
            DnsName target = owner.first(stripped);
            records.add(DnsRecord.ofName(owner, RecordType.CNAME, TTL, target));
            owner = target;
        }
        for (InetAddress address : addresses) {
            records.add(DnsRecord.of(owner, TTL, address));
        }
        return new Answered(DnsAnswer.ofMesh(records), Answered.SUCCESS);
    }

    /** Returns the virtual addresses that the client's own network knows. */
    private static List<InetAddress> virtualAddresses(Workload client, Service service, boolean ipv4) {
        List<InetAddress> addresses = new ArrayList<>();
        for (NetworkAddress vip : service.vips()) {
            if (isIpv4(vip.address()) == ipv4 && vip.network().equals(client.network())) {
                addresses.add(vip.address());
            }
        }
        return addresses;
    }

    /** Returns one address of each endpoint, in whatever network it is. */
    private static List<InetAddress> endpointAddresses(MeshSnapshot mesh, Service service, boolean ipv4) {
        List<InetAddress> addresses = new ArrayList<>();
        mesh.endpoints(service.key()).forEach((String uid, Endpoint _) -> {
            Workload workload = mesh.findWorkload(uid);
            if (workload != null) {
                for (InetAddress address : workload.addresses()) {
                    if (isIpv4(address) == ipv4) {
                        addresses.add(address);
                        return;
                    }
                }
            }
        });
        return addresses;
    }

    private static void shuffle(List<InetAddress> addresses, RandomGenerator random) {
        for (int i = addresses.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            InetAddress swapped = addresses.get(i);
            addresses.set(i, addresses.get(j));
            addresses.set(j, swapped);
        }
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    /** Returns how many labels a name has; a wildcard's star is none. */
    private static int counted(List<String> labels) {
        return !labels.isEmpty() && labels.getFirst().equals(WILDCARD) ? labels.size() - 1 : labels.size();
    }

    private static List<String> labelsOf(String domain) {
        return Arrays.stream(domain.split("\\.", -1))
                .filter(label -> !label.isEmpty())
                .toList();
    }

    private static List<String> joined(List<String> head, List<String> tail) {
        List<String> both = new ArrayList<>(head);
        both.addAll(tail);
        return both;
    }
}
