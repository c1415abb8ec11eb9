package mesh.ambit.istiod.kube;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;

/** Makes changes of whole views, for those who keep up to date what follows from objects. Used by one thread at a time. */
public final class ViewChanges implements Consumer<ClusterView> {
    private final ClusterListener listener;
    private ObjectSet before = ObjectSet.EMPTY;

    /** Creates one that tells {@code listener}, for each view, what it changes. */
    public ViewChanges(ClusterListener listener) {
        this.listener = listener;
    }

    @Override
    public void accept(ClusterView view) {
        ObjectChanges changes = between(before, view.objects());
        before = view.objects();
        listener.changed(changes, view.problems());
    }

    /** Returns what makes {@code after} of {@code before}. */
    static ObjectChanges between(ObjectSet before, ObjectSet after) {
        Map<ObjectKey, KubeObject> put = new HashMap<>();
        for (KubeObject object : after.all()) {
            if (!object.equals(before.find(object.key()))) {
                put.put(object.key(), object);
            }
        }
        Set<ObjectKey> removed = new HashSet<>();
        for (KubeObject object : before.all()) {
            if (after.find(object.key()) == null) {
                removed.add(object.key());
            }
        }
        return new ObjectChanges(put, removed);
    }
}
