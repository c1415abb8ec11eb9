package mesh.ambit.istiod.app;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.kube.ClusterListener;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.kube.ConfigMap;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.LabelSelector;
import mesh.ambit.kube.MeshConfig;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What the objects say about the whole mesh at the moment, for those who are no part of the computation: in whose name
 * certificates are issued, which namespaces are looked at, and which network this is.
 */
final class MeshWatch implements ClusterListener, Predicate<Map<String, String>> {
    private static final String NETWORK = "topology.istio.io/network";

    private final MeshSettings started;
    private final List<ObjectKey> keys;
    private final ObjectKey home;
    private final Map<ObjectKey, String> texts = new HashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile MeshConfig config = MeshConfig.DEFAULT;
    private volatile String network = "";

    /** Creates one that knows what the controller was started with, until objects say otherwise. */
    MeshWatch(MeshSettings started) {
        this.started = started;
        this.keys = started.configMaps();
        this.home = new ObjectKey(Kind.NAMESPACE, "", started.systemNamespace());
    }

    /** Calls {@code listener} whenever something here has changed. */
    void whenChanged(Runnable listener) {
        listeners.add(listener);
    }

    /** Returns the trust domain of every identity of the mesh. */
    String trustDomain() {
        @Nullable String said = config.trustDomain();
        return said == null ? started.trustDomain() : said;
    }

    /** Returns the network of this cluster; empty where it has no name. */
    String network() {
        return network;
    }

    /** Returns whether the mesh looks at a namespace with these labels. */
    @Override
    public boolean test(Map<String, String> namespaceLabels) {
        List<LabelSelector> selectors = config.discoverySelectors();
        return selectors.isEmpty() || selectors.stream().anyMatch(selector -> selector.matches(namespaceLabels));
    }

    @Override
    public void changed(ObjectChanges changes, List<Problem> problems) {
        if (changes.put().get(home) instanceof Namespace system) {
            follow(system.metadata().labels().getOrDefault(NETWORK, ""));
        } else if (changes.removed().contains(home)) {
            follow("");
        }
        boolean touched = false;
        for (ObjectKey key : keys) {
            if (changes.put().get(key) instanceof ConfigMap map) {
                texts.put(key, map.data().getOrDefault("mesh", ""));
                touched = true;
            } else if (changes.removed().contains(key)) {
                texts.remove(key);
                touched = true;
            }
        }
        if (touched) {
            read();
        }
    }

    private void follow(String next) {
        if (!next.equals(network)) {
            network = next;
            listeners.forEach(Runnable::run);
        }
    }

    private void read() {
        List<String> present = new ArrayList<>();
        for (ObjectKey key : keys) {
            String text = texts.get(key);
            if (text != null) {
                present.add(text);
            }
        }
        MeshConfig next = MeshConfig.parse(present, "").config();
        if (!next.equals(config)) {
            config = next;
            listeners.forEach(Runnable::run);
        }
    }
}
