package mesh.ambit.istiod.kube;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import mesh.ambit.kube.ConfigMap;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.LabelSelector;
import mesh.ambit.kube.MeshConfig;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Problem;

/** Which namespaces the mesh looks at, as its settings say at the moment. */
public final class DiscoveryFilter implements ClusterListener, Predicate<Map<String, String>> {
    private final ObjectKey settings;
    private final Runnable whenChanged;
    private volatile List<LabelSelector> selectors = List.of();

    /**
     * Creates one that looks at every namespace until the settings say otherwise.
     *
     * @param systemNamespace where the settings lie
     * @param whenChanged called when other namespaces may be looked at than before
     */
    public DiscoveryFilter(String systemNamespace, Runnable whenChanged) {
        this.settings = new ObjectKey(Kind.CONFIG_MAP, systemNamespace, "istio");
        this.whenChanged = whenChanged;
    }

    @Override
    public boolean test(Map<String, String> namespaceLabels) {
        List<LabelSelector> present = selectors;
        return present.isEmpty() || present.stream().anyMatch(selector -> selector.matches(namespaceLabels));
    }

    @Override
    public void changed(ObjectChanges changes, List<Problem> problems) {
        KubeObject object = changes.put().get(settings);
        if (object == null && !changes.removed().contains(settings)) {
            return;
        }
        String text = object instanceof ConfigMap map ? map.data().getOrDefault("mesh", "") : "";
        List<LabelSelector> next = MeshConfig.parse(text, "").config().discoverySelectors();
        if (!next.equals(selectors)) {
            selectors = next;
            whenChanged.run();
        }
    }
}
