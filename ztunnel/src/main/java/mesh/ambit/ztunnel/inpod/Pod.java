package mesh.ambit.ztunnel.inpod;

import static java.util.Objects.requireNonNull;

import mesh.ambit.linux.NetNs;
import mesh.ambit.model.WorkloadInfo;

/**
 * A pod as the node agent handed it over.
 *
 * @param uid the pod's uid in Kubernetes, which is not the uid of its workload
 * @param info what joins it to its workload
 * @param netns its network namespace, which lives as long as this handle is open
 */
public record Pod(String uid, WorkloadInfo info, NetNs netns) {
    public Pod {
        requireNonNull(uid, "uid");
        requireNonNull(info, "info");
        requireNonNull(netns, "netns");
    }
}
