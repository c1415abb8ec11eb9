package mesh.ambit.istiod.issuer;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which pods run where, as far as the certificate authority needs to know. Answers from memory, of one moment.
 *
 * <p>An implementation may be a view of an index that somebody else keeps; {@link #of} copies.
 */
public interface Placement {
    /** Nothing runs anywhere. */
    Placement NONE = of(Set.of());

    /** At least one pod of this service account is on this node and has not failed. */
    record Entry(String namespace, String serviceAccount, String node) {}

    /** A pod's name. */
    record PodName(String namespace, String name) {}

    /** What is known of one pod. */
    record PodFacts(String uid, String serviceAccount, String node) {}

    /**
     * Returns whether at least one pod of that service account is on that node; pods whose phase is Failed do not count,
     * those that Succeeded do, as in the reference.
     */
    boolean runs(String namespace, String serviceAccount, String node);

    /** Returns the pod of that name, or null if there is none. */
    @Nullable
    PodFacts pod(String namespace, String name);

    /** Returns what the audit log calls a node; nodes of other clusters have names of their own. */
    default String place(String node) {
        return "node/" + node;
    }

    /** Returns the placement of {@code entries}, of which no single pod is known; repeated ones are fine. */
    static Placement of(Collection<Entry> entries) {
        return of(entries, Map.of());
    }

    /** Returns the placement of {@code entries}, with {@code pods} known by name. */
    static Placement of(Collection<Entry> entries, Map<PodName, PodFacts> pods) {
        Set<Entry> placed = Set.copyOf(entries);
        Map<PodName, PodFacts> byName = Map.copyOf(pods);
        return new Placement() {
            @Override
            public boolean runs(String namespace, String serviceAccount, String node) {
                return placed.contains(new Entry(namespace, serviceAccount, node));
            }

            @Override
            public @Nullable PodFacts pod(String namespace, String name) {
                return byName.get(new PodName(namespace, name));
            }
        };
    }
}
