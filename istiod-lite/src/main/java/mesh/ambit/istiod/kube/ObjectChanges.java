package mesh.ambit.istiod.kube;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;

/**
 * What changed from one moment to the next. No key is in both.
 *
 * @param put objects that are new or other than before
 * @param removed those that are gone
 */
public record ObjectChanges(Map<ObjectKey, KubeObject> put, Set<ObjectKey> removed) {
    public ObjectChanges {
        put = Map.copyOf(put);
        removed = Set.copyOf(removed);
    }

    /** Returns the same for objects of another cluster; the empty ID is that of our own. */
    public ObjectChanges in(String cluster) {
        if (cluster.isEmpty()) {
            return this;
        }
        Map<ObjectKey, KubeObject> theirs = new HashMap<>();
        put.forEach((key, object) -> theirs.put(key.in(cluster), object));
        return new ObjectChanges(
                theirs, removed.stream().map(key -> key.in(cluster)).collect(Collectors.toSet()));
    }
}
