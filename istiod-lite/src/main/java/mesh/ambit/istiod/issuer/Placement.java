package mesh.ambit.istiod.issuer;

import java.util.Collection;
import java.util.Set;

/**
 * Which service accounts run where: one entry for each, from the pods that have not failed.
 *
 * @param entries immutable
 */
public record Placement(Set<Entry> entries) {
    /** Nothing runs anywhere. */
    public static final Placement NONE = new Placement(Set.of());

    /** At least one pod of this service account is on this node and has not failed. */
    public record Entry(String namespace, String serviceAccount, String node) {}

    public Placement {
        entries = Set.copyOf(entries);
    }

    /** Returns the placement of {@code entries}; repeated ones are fine. */
    public static Placement of(Collection<Entry> entries) {
        return new Placement(Set.copyOf(entries));
    }

    boolean runs(String namespace, String serviceAccount, String node) {
        return entries.contains(new Entry(namespace, serviceAccount, node));
    }
}
