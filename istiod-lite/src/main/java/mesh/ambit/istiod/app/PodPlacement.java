package mesh.ambit.istiod.app;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.kube.ClusterView;
import mesh.ambit.kube.Pod;
import org.jspecify.annotations.Nullable;

/** The pods of one view, looked through when somebody first asks: most views are replaced before anybody does. */
final class PodPlacement implements Placement {
    private final ClusterView view;
    private volatile @Nullable Placement found;

    PodPlacement(ClusterView view) {
        this.view = view;
    }

    @Override
    public boolean runs(String namespace, String serviceAccount, String node) {
        return found().runs(namespace, serviceAccount, node);
    }

    @Override
    public @Nullable PodFacts pod(String namespace, String name) {
        return found().pod(namespace, name);
    }

    private Placement found() {
        Placement known = found;
        if (known == null) {
            // Two threads may do it at once, with the same result.
            known = of(view);
            found = known;
        }
        return known;
    }

    private static Placement of(ClusterView view) {
        List<Entry> entries = new ArrayList<>();
        Map<PodName, PodFacts> pods = new HashMap<>();
        for (Pod pod : view.objects().pods()) {
            String namespace = pod.metadata().namespace();
            pods.put(
                    new PodName(namespace, pod.metadata().name()),
                    new PodFacts(pod.metadata().uid(), pod.serviceAccountName(), pod.nodeName()));
            // A pod that has failed no longer counts, one that has succeeded does.
            if (!pod.nodeName().isEmpty() && !pod.status().phase().equals("Failed")) {
                entries.add(new Entry(namespace, pod.serviceAccountName(), pod.nodeName()));
            }
        }
        return Placement.of(entries, pods);
    }
}
