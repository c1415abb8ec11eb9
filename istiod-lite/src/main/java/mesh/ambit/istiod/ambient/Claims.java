package mesh.ambit.istiod.ambient;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.model.PersistentMap;
import org.jspecify.annotations.Nullable;

/**
 * Resources by name, each from the object that has it to give. As a rule that is one object; where several give the same
 * name, which one counts does not depend on who came first.
 */
final class Claims<R> {
    /** What somebody wrote counts before what follows from something else, our own cluster before others. */
    private static final Comparator<ObjectKey> PRECEDENCE = Comparator.comparing(ObjectKey::kind)
            .reversed()
            .thenComparing(ObjectKey::cluster)
            .thenComparing(ObjectKey::namespace)
            .thenComparing(ObjectKey::name);

    private final Map<String, ObjectKey> givers = new HashMap<>();

    /** All claims on names that have more than one. */
    private final Map<String, SortedMap<ObjectKey, R>> contested = new HashMap<>();

    /** Never cleared but replaced: a table that once was large is slow to walk for ever. */
    private Set<String> touched = new HashSet<>();

    private PersistentMap<String, R> resources = PersistentMap.empty();
    private PersistentMap<String, R> published = PersistentMap.empty();

    /** Returns the resources at this moment. */
    PersistentMap<String, R> resources() {
        return resources;
    }

    void put(String name, ObjectKey source, R resource) {
        ObjectKey giver = givers.get(name);
        SortedMap<ObjectKey, R> all = contested.get(name);
        if (all == null && giver != null && !giver.equals(source)) {
            all = new TreeMap<>(PRECEDENCE);
            R present = resources.find(name);
            if (present != null) {
                all.put(giver, present);
            }
            contested.put(name, all);
        }
        if (all != null) {
            all.put(source, resource);
        }
        settle(name, all == null ? source : all.firstKey(), all == null ? resource : all.get(all.firstKey()));
    }

    void remove(String name, ObjectKey source) {
        SortedMap<ObjectKey, R> all = contested.get(name);
        if (all == null) {
            if (source.equals(givers.get(name))) {
                settle(name, null, null);
            }
            return;
        }
        all.remove(source);
        ObjectKey first = all.firstKey();
        settle(name, first, all.get(first));
        if (all.size() == 1) {
            contested.remove(name);
        }
    }

    private void settle(String name, @Nullable ObjectKey giver, @Nullable R resource) {
        touched.add(name);
        if (giver == null || resource == null) {
            givers.remove(name);
            resources = resources.without(name);
        } else {
            givers.put(name, giver);
            resources = resources.with(name, resource);
        }
    }

    /** Tells what is another resource than at the last call, and which names are gone. */
    void publish(BiConsumer<String, R> changed, Consumer<String> removed) {
        for (String name : touched) {
            R before = published.find(name);
            R after = resources.find(name);
            if (after == null) {
                if (before != null) {
                    removed.accept(name);
                }
            } else if (!after.equals(before)) {
                changed.accept(name, after);
            }
        }
        touched = new HashSet<>();
        published = resources;
    }
}
