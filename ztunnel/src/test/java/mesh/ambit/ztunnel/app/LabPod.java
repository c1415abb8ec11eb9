package mesh.ambit.ztunnel.app;

import java.net.InetAddress;
import java.util.List;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.testkit.LabNamespace;

/** A pod of a {@link MeshLab}; an empty node leaves it outside the mesh. */
record LabPod(String name, String node, LabNamespace namespace) {
    InetAddress address() {
        return namespace.ipv4();
    }

    WorkloadInfo info() {
        return new WorkloadInfo(name, "shop", name);
    }

    Workload.Builder workload() {
        return Workload.builder("Kubernetes//Pod/shop/" + name)
                .name(name)
                .namespace("shop")
                .serviceAccount(name)
                .node(node)
                .workloadName(name)
                .canonicalName(name)
                .addresses(List.of(address()))
                .tunnelProtocol(node.isEmpty() ? TunnelProtocol.NONE : TunnelProtocol.HBONE);
    }
}
