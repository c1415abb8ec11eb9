package mesh.ambit.istiod.push;

import java.util.List;
import mesh.ambit.protocol.discovery.Resource;

/**
 * The content of one response; may be empty, since a first request is always answered.
 *
 * @param resources new or changed
 * @param removed names that do not exist, or do not exist any more
 */
record Update(List<Resource> resources, List<String> removed) {
    Update {
        resources = List.copyOf(resources);
        removed = List.copyOf(removed);
    }

    boolean isEmpty() {
        return resources.isEmpty() && removed.isEmpty();
    }
}
