package mesh.ambit.istiod.app;

import java.util.List;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.kube.Problem;

/** Follows the objects of a mesh, which are those of one cluster or of several. Implementations are thread-safe. */
interface MeshListener {
    /**
     * Called with everything of a cluster first, then with what changed.
     *
     * @param cluster ID of another cluster; empty for our own
     * @param changes of objects by their keys within the cluster
     * @param problems everything wrong with the objects of the cluster at the moment
     */
    void changed(String cluster, ObjectChanges changes, List<Problem> problems);

    /** Called once, when everything has been told that is there at the start: what comes then is news. */
    void complete();
}
