package mesh.ambit.istiod.push;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of one response; may be empty, since a first request is always answered.
 *
 * @param resources new or changed
 * @param removed names that do not exist, or do not exist any more
 */
record Update(List<EncodedResource> resources, List<String> removed) {
    static final Update EMPTY = new Update(List.of(), List.of());

    Update {
        resources = List.copyOf(resources);
        removed = List.copyOf(removed);
    }

    boolean isEmpty() {
        return resources.isEmpty() && removed.isEmpty();
    }

    /** Returns this update, or null if it says nothing. */
    @Nullable
    Update orNull() {
        return isEmpty() ? null : this;
    }

    /** Returns this update in parts whose resources have at most {@code limitBytes} each, or one resource. */
    List<Update> split(long limitBytes) {
        List<Update> parts = new ArrayList<>();
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < resources.size(); i++) {
            int next = resources.get(i).field().length;
            if (bytes + next > limitBytes && i > from) {
                parts.add(new Update(resources.subList(from, i), List.of()));
                from = i;
                bytes = 0;
            }
            bytes += next;
        }
        parts.add(parts.isEmpty() ? this : new Update(resources.subList(from, resources.size()), removed));
        return parts;
    }
}
