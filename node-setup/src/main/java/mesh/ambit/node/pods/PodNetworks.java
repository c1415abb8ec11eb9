package mesh.ambit.node.pods;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.NetNs;
import mesh.ambit.node.rules.PodRules;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes pods as network namespaces on the fabric, adopts those of others, and takes both away again. Written down in
 * the journal first, so that nothing is forgotten. One thread, a platform thread.
 */
public final class PodNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(PodNetworks.class);

    private final Fabric fabric;
    private final PodJournal journal;
    private final AddressRange range4;
    private final AddressRange range6;
    private int given;

    public PodNetworks(Fabric fabric, PodJournal journal, AddressRange range4, AddressRange range6) {
        this.fabric = fabric;
        this.journal = journal;
        this.range4 = range4;
        this.range6 = range6;
    }

    /** A pod that exists, and a handle on its namespace that is closed with it. */
    public record Made(PodRecord pod, NetNs namespace) {}

    /**
     * Makes the pod, or adopts the namespace that it names.
     *
     * @param taken addresses that others have
     * @throws RuntimeException with the reason; what was made until then is removed again
     */
    public Made make(PodSpec spec, Set<InetAddress> taken) {
        String uid = spec.uid().isEmpty() ? UUID.randomUUID().toString() : spec.uid();
        return spec.adopted() == null ? build(spec, uid, taken) : adopt(spec, spec.adopted(), uid, taken);
    }

    /** Returns whether the pod of an earlier run still stands for {@code spec}. */
    public boolean stillServes(PodRecord pod, PodSpec spec) {
        boolean sameAddresses = spec.addresses().isEmpty()
                ? pod.port().isEmpty() || pod.addresses().stream().allMatch(this::isOurs)
                : pod.addresses().equals(spec.addresses());
        boolean sameNamespace =
                spec.adopted() == null ? pod.ownsNetns() : pod.netns().equals(Fabric.pathOf(spec.adopted()));
        boolean sameUid = spec.uid().isEmpty() || spec.uid().equals(pod.uid());
        return sameAddresses && sameNamespace && sameUid && !pod.addresses().isEmpty() && Files.exists(pod.netns());
    }

    /** Takes up the pod of an earlier run, with its links repaired. */
    public Made readopt(PodRecord pod) {
        NetNs namespace = pod.ownsNetns() ? Fabric.named(pod.key().netnsName()) : NetNs.open(pod.netns());
        try {
            if (!pod.port().isEmpty()) {
                fabric.attach(pod.netns(), namespace, pod.addresses());
            }
            return new Made(pod, namespace);
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    /** Takes the pod away: rules and links that we put there, and the namespace if it was ours. */
    public void remove(PodRecord pod) {
        fabric.detach(pod.port());
        sweep(pod);
        journal.remove(pod.key());
    }

    /** Takes away what a run that is gone left of the pod; its link goes with the fabric. */
    public static void sweep(PodRecord pod) {
        if (pod.ownsNetns()) {
            Fabric.remove(pod.key().netnsName());
        } else {
            clean(pod.netns());
        }
    }

    private Made build(PodSpec spec, String uid, Set<InetAddress> taken) {
        Path path = Fabric.pathOf(spec.key().netnsName());
        if (Files.exists(path)) {
            throw new IllegalStateException("there is a network namespace " + path
                    + " that this program has not made; remove it with: ip netns delete "
                    + spec.key().netnsName());
        }
        List<InetAddress> addresses = spec.addresses().isEmpty() ? assign(taken) : spec.addresses();
        PodRecord pod = new PodRecord(spec.key(), uid, path, true, Fabric.portName(path), addresses);
        journal.put(pod);
        try {
            return readopt(pod);
        } catch (RuntimeException e) {
            undo(pod, e);
            throw e;
        }
    }

    private Made adopt(PodSpec spec, String adopted, String uid, Set<InetAddress> taken) {
        Path path = Fabric.pathOf(adopted);
        NetNs namespace = open(path);
        try {
            requireForeign(path, namespace);
            boolean linked = Fabric.hasLinks(namespace);
            List<InetAddress> addresses = spec.addresses();
            if (addresses.isEmpty()) {
                addresses = linked ? addressesOf(namespace) : assign(taken);
            }
            if (addresses.isEmpty()) {
                throw new IllegalStateException("network namespace " + path + " has links but no address yet");
            }
            PodRecord pod = new PodRecord(spec.key(), uid, path, false, linked ? "" : Fabric.portName(path), addresses);
            journal.put(pod);
            if (!linked) {
                try {
                    fabric.attach(path, namespace, addresses);
                } catch (RuntimeException e) {
                    undo(pod, e);
                    throw e;
                }
            }
            return new Made(pod, namespace);
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    private static void requireForeign(Path path, NetNs namespace) {
        try (NetNs own = NetNs.current()) {
            if (own.id().equals(namespace.id())) {
                throw new IllegalStateException(
                        "annotation " + PodPlan.NETNS_ANNOTATION + ": " + path + " is the machine's own network");
            }
        }
    }

    private static NetNs open(Path path) {
        try {
            return NetNs.open(path);
        } catch (LinuxException e) {
            throw new IllegalStateException("annotation " + PodPlan.NETNS_ANNOTATION + ": " + e.getMessage(), e);
        }
    }

    private void undo(PodRecord pod, RuntimeException reason) {
        try {
            remove(pod);
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    private static void clean(Path netns) {
        try (NetNs namespace = NetNs.open(netns)) {
            PodRules.removeServices(namespace);
            PodRules.remove(namespace);
        } catch (LinuxException e) {
            // Its owner has removed it, and our rules with it.
            LOG.debug("{} is gone", netns, e);
        }
    }

    private List<InetAddress> assign(Set<InetAddress> taken) {
        Set<InetAddress> all = new HashSet<>(taken);
        InetAddress v4 = range4.next(given, all);
        List<InetAddress> addresses = Fabric.hasIpv6() ? List.of(v4, range6.next(given, all)) : List.of(v4);
        given++;
        return addresses;
    }

    private boolean isOurs(InetAddress address) {
        return range4.contains(address) || range6.contains(address);
    }

    private static List<InetAddress> addressesOf(NetNs namespace) {
        String json = Command.of("ip", "-j", "address", "show", "scope", "global")
                .in(namespace)
                .require();
        List<InetAddress> addresses = new ArrayList<>();
        for (JsonElement link : JsonParser.parseString(json).getAsJsonArray()) {
            if (link.getAsJsonObject().has("addr_info")) {
                for (JsonElement info : link.getAsJsonObject().getAsJsonArray("addr_info")) {
                    if (info.getAsJsonObject().has("local")) {
                        addresses.add(InetAddress.ofLiteral(
                                info.getAsJsonObject().get("local").getAsString()));
                    }
                }
            }
        }
        return addresses;
    }
}
