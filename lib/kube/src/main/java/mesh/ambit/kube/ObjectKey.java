package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What identifies an object: kind, namespace and name, and for an object of another cluster that cluster. Ordered by
 * namespace, then name, then cluster, within a kind; our own cluster comes before all others.
 *
 * @param namespace empty for kinds that live in no namespace
 * @param cluster the ID of another cluster; empty for our own
 */
public record ObjectKey(Kind kind, String namespace, String name, String cluster) implements Comparable<ObjectKey> {
    private static final Comparator<ObjectKey> ORDER = Comparator.comparing(ObjectKey::kind)
            .thenComparing(ObjectKey::namespace)
            .thenComparing(ObjectKey::name)
            .thenComparing(ObjectKey::cluster);

    public ObjectKey {
        requireNonNull(kind, "kind");
        requireNonNull(namespace, "namespace");
        requireNonNull(name, "name");
        requireNonNull(cluster, "cluster");
    }

    /** The key of an object of our own cluster. */
    public ObjectKey(Kind kind, String namespace, String name) {
        this(kind, namespace, name, "");
    }

    /** Returns the key of the object of the same name in another cluster; in our own for the empty ID. */
    public ObjectKey in(String otherCluster) {
        return otherCluster.equals(cluster) ? this : new ObjectKey(kind, namespace, name, otherCluster);
    }

    /** Returns whether the object is one of our own cluster. */
    public boolean isOwn() {
        return cluster.isEmpty();
    }

    /** Returns the key of {@code place}, which is {@code namespace/name}, the namespace empty where there is none. */
    public static ObjectKey at(Kind kind, String place) {
        int slash = place.indexOf('/');
        return new ObjectKey(kind, place.substring(0, slash), place.substring(slash + 1));
    }

    /**
     * The key is looked up for every fact about an object. What the language gives a record goes through method handles, which
     * the first compiler, the controller's only one, does not join into one piece of code: that takes eight times as long.
     */
    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof ObjectKey key)) {
            return false;
        }
        return name.equals(key.name)
                && namespace.equals(key.namespace)
                && kind.equals(key.kind)
                && cluster.equals(key.cluster);
    }

    @Override
    public int hashCode() {
        return ((kind.hashCode() * 31 + namespace.hashCode()) * 31 + name.hashCode()) * 31 + cluster.hashCode();
    }

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }

    /**
     * Returns the key as a person writes it, for example {@code Service shop/web}, {@code Node a} or {@code Node a of
     * cluster west}.
     */
    @Override
    public String toString() {
        return kind.text() + " " + (namespace.isEmpty() ? name : namespace + "/" + name)
                + (isOwn() ? "" : " of cluster " + cluster);
    }
}
