package mesh.ambit.istiod.ambient;

import java.util.List;
import mesh.ambit.kube.ObjectSet;

/** Objects to what clients are sent, all at once. */
public final class AmbientIndex {
    private AmbientIndex() {}

    /** Returns the state of the mesh that {@code objects} describe. Pure: equal arguments give equal results. */
    public static MeshState compute(ObjectSet objects, MeshSettings settings) {
        AmbientEngine engine = new AmbientEngine(settings);
        engine.apply(objects.all(), List.of());
        return engine.state();
    }
}
