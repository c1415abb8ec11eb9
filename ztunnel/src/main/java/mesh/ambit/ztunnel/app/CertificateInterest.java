package mesh.ambit.ztunnel.app;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * Which identities live on our node: asked for ahead of the first connection, forgotten when the last workload of their
 * service account is removed. A workload that is only changed, so that it leaves the node or the mesh, has its certificate
 * kept until it is removed: connections may still need it. One thread, the writer of the mesh.
 */
final class CertificateInterest {
    private final @Nullable String node;
    private final Consumer<SpiffeId> prefetch;
    private final Consumer<SpiffeId> forget;
    private final Set<SpiffeId> asked = new HashSet<>();
    private final Map<Account, Integer> workloads = new HashMap<>();

    /** Workloads of all trust domains and protocols count alike. */
    private record Account(String namespace, String serviceAccount) {
        static Account of(Workload workload) {
            return new Account(workload.namespace(), workload.serviceAccount());
        }
    }

    /** Creates one; without a {@code node} nothing is asked for ahead, and every workload is as if it were ours. */
    CertificateInterest(@Nullable String node, Consumer<SpiffeId> prefetch, Consumer<SpiffeId> forget) {
        this.node = node;
        this.prefetch = prefetch;
        this.forget = forget;
    }

    /** Takes what changed between two snapshots; {@code names} are those that a message touched. */
    void changed(MeshSnapshot before, MeshSnapshot after, Iterable<String> names) {
        Set<String> seen = new HashSet<>();
        List<Workload> removed = new ArrayList<>();
        for (String name : names) {
            if (!seen.add(name)) {
                continue;
            }
            Workload then = ours(before.findWorkload(name));
            Workload now = ours(after.findWorkload(name));
            if (then != null) {
                workloads.computeIfPresent(Account.of(then), (_, count) -> count == 1 ? null : count - 1);
                if (after.findWorkload(name) == null) {
                    removed.add(then);
                }
            }
            if (now != null) {
                workloads.merge(Account.of(now), 1, Integer::sum);
                if (isWanted(now) && asked.add(now.identity())) {
                    prefetch.accept(now.identity());
                }
            }
        }
        for (Workload workload : removed) {
            if (workload.hasIdentity() && !workloads.containsKey(Account.of(workload))) {
                asked.remove(workload.identity());
                forget.accept(workload.identity());
            }
        }
    }

    private @Nullable Workload ours(@Nullable Workload workload) {
        return workload == null || (node != null && !workload.node().equals(node)) ? null : workload;
    }

    private boolean isWanted(Workload workload) {
        return node != null
                && workload.hasIdentity()
                && (workload.nativeTunnel() || workload.tunnelProtocol() == TunnelProtocol.HBONE);
    }
}
