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

    /** Returns the key of {@code place}, which is {@code namespace/name}, the namespace empty where there is none. */
    public static ObjectKey at(Kind kind, String place) {
        int slash = place.indexOf('/');
        return new ObjectKey(kind, place.substring(0, slash), place.substring(slash + 1));
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
