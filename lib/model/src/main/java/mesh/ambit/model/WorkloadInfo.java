package mesh.ambit.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

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

    /** Written out: a record's own goes through method handles, slow until they are compiled, and this is a key of the data path. */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof WorkloadInfo other
                && name.equals(other.name)
                && namespace.equals(other.namespace)
                && serviceAccount.equals(other.serviceAccount);
    }

    @Override
    public int hashCode() {
        int result = name.hashCode();
        result = 31 * result + namespace.hashCode();
        result = 31 * result + serviceAccount.hashCode();
        return result;
    }
}
