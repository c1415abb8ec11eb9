package mesh.ambit.istiod.push;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The names of what differs between two states: added, changed or gone; sorted.
 *
 * @param addresses resource names of workloads and services
 * @param policies resource names of policies
 */
record MeshChange(SortedSet<String> addresses, SortedSet<String> policies) {
    static final MeshChange NONE = new MeshChange(new TreeSet<>(), new TreeSet<>());

    MeshChange {
        addresses = Collections.unmodifiableSortedSet(addresses);
        policies = Collections.unmodifiableSortedSet(policies);
    }

    static MeshChange of(Set<String> addresses, Set<String> policies) {
        return new MeshChange(new TreeSet<>(addresses), new TreeSet<>(policies));
    }

    boolean isEmpty() {
        return addresses.isEmpty() && policies.isEmpty();
    }

    int size() {
        return addresses.size() + policies.size();
    }

    /** Several changes as one. */
    static final class Union {
        private final TreeSet<String> addresses = new TreeSet<>();
        private final TreeSet<String> policies = new TreeSet<>();

        void add(MeshChange change) {
            addresses.addAll(change.addresses);
            policies.addAll(change.policies);
        }

        MeshChange change() {
            return new MeshChange(addresses, policies);
        }
    }
}
