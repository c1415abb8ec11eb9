package mesh.ambit.kube;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Assigns cluster IPs to services that have none, from 10.96.0.0/16 and fd77:96::/112. Addresses given in an object are
 * honoured, headless services get none, and without families asked for a service gets one IPv4 address.
 *
 * <p>Stable: a service keeps the address it has in the record of former assignments. A new one starts its search at a
 * place that depends on its name only, so that even without that record it mostly gets the same address.
 */
public final class ClusterIps {
    private static final String V4 = "IPv4";
    private static final String V6 = "IPv6";

    /** The lowest 256 addresses are left to people who write one down. */
    private static final int FIRST = 0x100;

    /** All but the last address, which is a broadcast address in IPv4. */
    private static final int LAST = 0xfffe;

    private ClusterIps() {}

    /**
     * An assignment.
     *
     * @param objects all objects, services with addresses and families; a service that could get none is left out
     * @param record the addresses assigned by us, by {@code namespace/name}: give it to the next call
     * @param problems services left out
     */
    public record Assignment(ObjectSet objects, Map<String, List<String>> record, List<Problem> problems) {
        public Assignment {
            record = Copies.sorted(record);
            problems = List.copyOf(problems);
        }
    }

    /** Returns {@code objects} with an address for every service that should have one. */
    public static Assignment assign(ObjectSet objects, Map<String, List<String>> former) {
        Allocation allocation = new Allocation(objects, former);
        List<KubeObject> result = new ArrayList<>();
        for (KubeObject object : objects.all()) {
            KubeObject assigned = object instanceof Service service ? allocation.assign(service) : object;
            if (assigned != null) {
                result.add(assigned);
            }
        }
        return new Assignment(ObjectSet.of(result), allocation.record, allocation.problems);
    }

    /** Returns the families that a service asks for, the primary first. */
    static List<String> families(Service service) {
        if (!service.metadata().uid().isEmpty() && !service.ipFamilies().isEmpty()) {
            // An API server has seen it: what the cluster has of families is in it, whatever was preferred.
            return service.ipFamilies();
        }
        Set<String> families = new LinkedHashSet<>(service.ipFamilies());
        for (String address : service.addresses()) {
            families.add(IpText.isV4(address) ? V4 : V6);
        }
        if (families.isEmpty()) {
            families.add(V4);
        }
        if (service.ipFamilyPolicy().endsWith("DualStack")) {
            families.add(V4);
            families.add(V6);
        }
        return List.copyOf(families);
    }

    private static final class Allocation {
        /** Who has an address, by its {@link IpText#id}; services by {@code namespace/name}. */
        private final Map<String, String> owners = new HashMap<>();

        private final Map<String, List<String>> former;
        private final Map<String, List<String>> record = new TreeMap<>();
        private final List<Problem> problems = new ArrayList<>();

        Allocation(ObjectSet objects, Map<String, List<String>> former) {
            this.former = former;
            // Given addresses first, then former ones: only then is it clear what is free.
            for (Service service : objects.services()) {
                if (isAddressed(service)) {
                    service.addresses().forEach(address -> owners.putIfAbsent(IpText.id(address), name(service)));
                }
            }
            for (Service service : objects.services()) {
                if (isAddressed(service)) {
                    former.getOrDefault(name(service), List.of())
                            .forEach(address -> owners.putIfAbsent(IpText.id(address), name(service)));
                }
            }
        }

        @Nullable
        Service assign(Service service) {
            if (service.isExternalName()) {
                return service;
            }
            List<String> families = families(service);
            if (service.isHeadless()) {
                return service.withAddresses(List.of(Service.HEADLESS), families);
            }
            List<String> addresses = new ArrayList<>();
            List<String> assigned = new ArrayList<>();
            for (String family : families) {
                String given = ofFamily(service.addresses(), family);
                String address = given == null ? own(service, family) : given;
                if (address == null || !name(service).equals(owners.get(IpText.id(address)))) {
                    problems.add(problem(service, family, address));
                    return null;
                }
                addresses.add(address);
                if (given == null) {
                    assigned.add(address);
                }
            }
            if (!assigned.isEmpty()) {
                record.put(name(service), List.copyOf(assigned));
            }
            return service.withAddresses(addresses, families);
        }

        private @Nullable String own(Service service, String family) {
            String name = name(service);
            String before = ofFamily(former.getOrDefault(name, List.of()), family);
            if (before != null && name.equals(owners.get(IpText.id(before)))) {
                return before;
            }
            CRC32 hash = new CRC32();
            hash.update(name.getBytes(StandardCharsets.UTF_8));
            int size = LAST - FIRST + 1;
            int start = (int) (hash.getValue() % size);
            for (int i = 0; i < size; i++) {
                String address = address(family, FIRST + (start + i) % size);
                if (owners.putIfAbsent(IpText.id(address), name) == null) {
                    return address;
                }
            }
            return null;
        }

        private Problem problem(Service service, String family, @Nullable String address) {
            String reason = address == null
                    ? "no " + family + " cluster IP is free"
                    : "cluster IP " + address + " belongs to Service " + owners.get(IpText.id(address));
            return new Problem(
                    ProblemCode.CLUSTER_IP_UNAVAILABLE,
                    "",
                    0,
                    0,
                    service.key().toString(),
                    "spec.clusterIP",
                    reason,
                    address == null ? "" : "remove the field to have one assigned");
        }

        private static boolean isAddressed(Service service) {
            return !service.isExternalName() && !service.isHeadless();
        }

        private static @Nullable String ofFamily(List<String> addresses, String family) {
            for (String address : addresses) {
                if (family.equals(V4) ? IpText.isV4(address) : IpText.isV6(address)) {
                    return address;
                }
            }
            return null;
        }

        private static String address(String family, int low) {
            return family.equals(V4)
                    ? "10.96." + (low >> 8) + "." + (low & 0xff)
                    : "fd77:96::" + Integer.toHexString(low);
        }

        private static String name(Service service) {
            return service.metadata().namespace() + "/" + service.metadata().name();
        }
    }
}
