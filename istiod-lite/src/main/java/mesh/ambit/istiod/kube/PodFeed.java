package mesh.ambit.istiod.kube;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeJson;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;

/** Tells of the pods of a cluster without keeping them. */
public final class PodFeed implements Sink<KubeJson.Item> {
    private final ClusterListener listener;
    private final Set<ObjectKey> known = new HashSet<>();

    private PodFeed(ClusterListener listener) {
        this.listener = listener;
    }

    /**
     * Begins to follow the pods of a cluster and nothing else; returns at once.
     *
     * @param listener called by one thread at a time
     */
    public static AutoCloseable follow(
            ApiServer server, ClusterListener listener, InstantSource clock, RandomGenerator random) {
        return Reflector.start(
                server,
                KubernetesSource.resource(Kind.POD),
                new KindCodec(Kind.POD),
                new PodFeed(listener),
                _ -> {},
                clock,
                random);
    }

    @Override
    public void replaced(Map<String, KubeJson.Item> objects) {
        Set<ObjectKey> gone = new HashSet<>(known);
        Map<ObjectKey, KubeObject> present = new HashMap<>();
        objects.values().forEach(item -> {
            gone.remove(item.key());
            if (item.object() != null) {
                present.put(item.key(), item.object());
            }
        });
        known.removeAll(gone);
        known.addAll(present.keySet());
        listener.changed(new ObjectChanges(present, gone), List.of());
    }

    @Override
    public void changed(String name, KubeJson.Item item) {
        KubeObject pod = item.object();
        if (pod != null) {
            known.add(item.key());
            listener.changed(new ObjectChanges(Map.of(item.key(), pod), Set.of()), List.of());
        }
    }

    @Override
    public void removed(String name) {
        ObjectKey key = ObjectKey.at(Kind.POD, name);
        known.remove(key);
        listener.changed(new ObjectChanges(Map.of(), Set.of(key)), List.of());
    }
}
