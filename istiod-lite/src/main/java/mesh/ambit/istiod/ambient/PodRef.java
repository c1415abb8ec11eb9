package mesh.ambit.istiod.ambient;

import org.jspecify.annotations.Nullable;

/**
 * A pod as EndpointSlices name it. Looked up for each endpoint, hence its own {@code equals}, as {@link
 * mesh.ambit.kube.ObjectKey} has it.
 *
 * @param cluster empty for our own
 * @param uid empty where the slice names none
 */
record PodRef(String cluster, String namespace, String name, String uid) {
    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof PodRef pod)) {
            return false;
        }
        return name.equals(pod.name)
                && namespace.equals(pod.namespace)
                && uid.equals(pod.uid)
                && cluster.equals(pod.cluster);
    }

    @Override
    public int hashCode() {
        return ((cluster.hashCode() * 31 + namespace.hashCode()) * 31 + name.hashCode()) * 31 + uid.hashCode();
    }
}
