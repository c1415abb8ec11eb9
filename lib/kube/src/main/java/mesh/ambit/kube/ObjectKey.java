package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/**
 * What identifies an object: kind, namespace and name. Ordered by namespace, then name, within a kind.
 *
 * @param namespace empty for kinds that live in no namespace
 */
public record ObjectKey(Kind kind, String namespace, String name) implements Comparable<ObjectKey> {
    private static final Comparator<ObjectKey> ORDER = Comparator.comparing(ObjectKey::kind)
            .thenComparing(ObjectKey::namespace)
            .thenComparing(ObjectKey::name);

    public ObjectKey {
        requireNonNull(kind, "kind");
        requireNonNull(namespace, "namespace");
        requireNonNull(name, "name");
    }

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }

    /** Returns the key as a person writes it, for example {@code Service shop/web} or {@code Node a}. */
    @Override
    public String toString() {
        return kind.text() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
    }
}
