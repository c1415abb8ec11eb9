package mesh.ambit.ztunnel.outbound;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import mesh.ambit.hbone.TunnelKey;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * Which workloads one message took out of the mesh, or moved away from an address: what tunnels to them have to know.
 * The value of an entry is what the workload was before, and its key the uid.
 */
public final class Departures {
    private final Map<String, Workload> before;
    private final MeshSnapshot after;

    private Departures(Map<String, Workload> before, MeshSnapshot after) {
        this.before = before;
        this.after = after;
    }

    /**
     * Compares two snapshots.
     *
     * @param names what the message touched; nothing else is looked at
     */
    public static Departures between(MeshSnapshot before, MeshSnapshot after, Collection<String> names) {
        Map<String, Workload> departed = new HashMap<>();
        for (String name : names) {
            Workload old = before.findWorkload(name);
            if (old != null && hasLeft(old, after.findWorkload(name))) {
                departed.put(name, old);
            }
        }
        return new Departures(departed, after);
    }

    private static boolean hasLeft(Workload old, @Nullable Workload now) {
        return now == null || !now.addresses().containsAll(old.addresses());
    }

    /** Says whether nobody has left. */
    public boolean isEmpty() {
        return before.isEmpty();
    }

    /** Says whether the workload that {@code tunnel} leads to is not there any more. */
    public boolean concern(TunnelKey tunnel) {
        Workload old = before.get(tunnel.workloadUid());
        if (old == null) {
            return false;
        }
        Workload now = after.findWorkload(tunnel.workloadUid());
        InetAddress address = tunnel.address().getAddress();
        // An address that was never the workload's own, a resolved name's for instance, says nothing.
        return now == null
                || (old.addresses().contains(address) && !now.addresses().contains(address));
    }
}
