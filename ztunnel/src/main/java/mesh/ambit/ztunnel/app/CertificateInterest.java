package mesh.ambit.ztunnel.app;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * Which identities live on our node: asked for ahead of the first connection, forgotten with the last workload. One
 * thread, the writer of the mesh.
 */
final class CertificateInterest {
    private final @Nullable String node;
    private final Consumer<SpiffeId> prefetch;
    private final Consumer<SpiffeId> forget;
    private final Map<SpiffeId, Integer> workloads = new HashMap<>();

    /** Creates one; without a {@code node} nothing is asked for ahead. */
    CertificateInterest(@Nullable String node, Consumer<SpiffeId> prefetch, Consumer<SpiffeId> forget) {
        this.node = node;
        this.prefetch = prefetch;
        this.forget = forget;
    }

    /** Takes what changed between two snapshots; {@code names} are those that a message touched. */
    void changed(MeshSnapshot before, MeshSnapshot after, Iterable<String> names) {
        if (node == null) {
            return;
        }
        Set<String> seen = new HashSet<>();
        Set<SpiffeId> dropped = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                continue;
            }
            SpiffeId now = interesting(after.findWorkload(name));
            SpiffeId then = interesting(before.findWorkload(name));
            if (now != null && workloads.merge(now, 1, Integer::sum) == 1) {
                prefetch.accept(now);
            }
            if (then != null && workloads.merge(then, -1, Integer::sum) == 0) {
                dropped.add(then);
            }
        }
        for (SpiffeId identity : dropped) {
            if (workloads.getOrDefault(identity, 0) == 0) {
                workloads.remove(identity);
                forget.accept(identity);
            }
        }
    }

    private @Nullable SpiffeId interesting(@Nullable Workload workload) {
        if (workload == null || !workload.node().equals(node) || !workload.hasIdentity()) {
            return null;
        }
        boolean tunnelled = workload.nativeTunnel() || workload.tunnelProtocol() == TunnelProtocol.HBONE;
        return tunnelled ? workload.identity() : null;
    }
}
