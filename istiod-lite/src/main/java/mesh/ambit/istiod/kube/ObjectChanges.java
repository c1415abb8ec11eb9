package mesh.ambit.istiod.kube;

import java.util.Map;
import java.util.Set;
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
}
