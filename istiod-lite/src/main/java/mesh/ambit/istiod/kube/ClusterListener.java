package mesh.ambit.istiod.kube;

import java.util.List;
import mesh.ambit.kube.Problem;

/** Follows the objects of a cluster; called from one thread at a time. */
@FunctionalInterface
public interface ClusterListener {
    /**
     * Called with everything first, then with what changed: several changes at once where they come faster than they are
     * taken.
     *
     * @param problems everything wrong with the objects at the moment
     */
    void changed(ObjectChanges changes, List<Problem> problems);
}
