package mesh.ambit.istiod.ambient;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;

/** Objects to what clients are sent, all at once. */
public final class AmbientIndex {
    private AmbientIndex() {}

    /** Returns the state of the mesh that {@code objects} describe. Pure: equal arguments give equal results. */
    public static MeshState compute(ObjectSet objects, MeshSettings settings) {
        return compute(objects, Map.of(), settings);
    }

    /**
     * Returns the state of the mesh that the objects of several clusters describe. Pure: equal arguments give equal
     * results.
     *
     * @param objects of our own cluster
     * @param others those of other clusters by their IDs, which count only with {@link Feature#MULTI_NETWORK}
     */
    public static MeshState compute(ObjectSet objects, Map<String, ObjectSet> others, MeshSettings settings) {
        Map<ObjectKey, KubeObject> all = new HashMap<>();
        objects.all().forEach(object -> all.put(object.key(), object));
        others.forEach((cluster, theirs) ->
                theirs.all().forEach(object -> all.put(object.key().in(cluster), object)));
        AmbientEngine engine = new AmbientEngine(settings);
        engine.apply(all, List.of());
        return engine.state();
    }
}
