package mesh.ambit.model;

import static java.util.Objects.requireNonNull;

/**
 * What a node agent knows of a pod, and what joins it to its workload: a record that differs in any of the three is
 * another pod's.
 *
 * @param name name of the pod
 * @param namespace its namespace
 * @param serviceAccount its service account
 */
public record WorkloadInfo(String name, String namespace, String serviceAccount) {
    public WorkloadInfo {
        requireNonNull(name, "name");
        requireNonNull(namespace, "namespace");
        requireNonNull(serviceAccount, "serviceAccount");
    }

    static WorkloadInfo of(Workload workload) {
        return new WorkloadInfo(workload.name(), workload.namespace(), workload.serviceAccount());
    }

    /** Returns {@code serviceAccount.namespace (name)}, as log lines name a pod. */
    @Override
    public String toString() {
        return serviceAccount + "." + namespace + " (" + name + ")";
    }
}
