package mesh.ambit.istiod.kube;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Problem;

/** Makes whole views of changes, for those who want to see everything. */
public final class ClusterViews implements ClusterListener {
    private final Map<ObjectKey, KubeObject> objects = new HashMap<>();
    private final Consumer<ClusterView> listener;

    /** Creates one that gives each view to {@code listener}. */
    public ClusterViews(Consumer<ClusterView> listener) {
        this.listener = listener;
    }

    @Override
    public void changed(ObjectChanges changes, List<Problem> problems) {
        objects.keySet().removeAll(changes.removed());
        objects.putAll(changes.put());
        listener.accept(new ClusterView(ObjectSet.of(new ArrayList<>(objects.values())), Map.of(), problems));
    }
}
