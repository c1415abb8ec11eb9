package mesh.ambit.node.pods;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/** What names a pod for people. */
public record PodKey(String namespace, String name) implements Comparable<PodKey> {
    private static final Comparator<PodKey> ORDER =
            Comparator.comparing(PodKey::namespace).thenComparing(PodKey::name);

    public PodKey {
        requireNonNull(namespace, "namespace");
        requireNonNull(name, "name");
    }

    /** Returns the name of the network namespace that is made for this pod. */
    public String netnsName() {
        return "ambit-" + namespace + "-" + name;
    }

    /** Returns a file name that no other pod has: a namespace contains no dot. */
    public String fileName() {
        return namespace + "." + name;
    }

    @Override
    public int compareTo(PodKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
