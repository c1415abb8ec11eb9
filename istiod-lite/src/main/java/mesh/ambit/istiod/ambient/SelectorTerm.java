package mesh.ambit.istiod.ambient;

import org.jspecify.annotations.Nullable;

/**
 * One label of the selectors of a namespace. Looked up for each label of each pod, hence its own {@code equals}, as {@link
 * mesh.ambit.kube.ObjectKey} has it.
 *
 * @param cluster empty for our own
 */
record SelectorTerm(String cluster, String namespace, String key, String value) {
    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof SelectorTerm term)) {
            return false;
        }
        return value.equals(term.value)
                && key.equals(term.key)
                && namespace.equals(term.namespace)
                && cluster.equals(term.cluster);
    }

    @Override
    public int hashCode() {
        return ((cluster.hashCode() * 31 + namespace.hashCode()) * 31 + key.hashCode()) * 31 + value.hashCode();
    }
}
