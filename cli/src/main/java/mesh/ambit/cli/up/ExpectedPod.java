package mesh.ambit.cli.up;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Pod;

/**
 * A pod that the folder asks for.
 *
 * @param captured whether its traffic should be in the mesh
 */
record ExpectedPod(String node, String namespace, String name, boolean captured) {
    private static final String MODE_LABEL = "istio.io/dataplane-mode";
    private static final String AMBIENT = "ambient";
    private static final String SIDECAR_ANNOTATION = "sidecar.istio.io/status";

    /** Returns the pods that the nodes have to make, or adopt. The pod's own label wins over its namespace's. */
    static List<ExpectedPod> of(ObjectSet objects) {
        List<ExpectedPod> expected = new ArrayList<>();
        for (Pod pod : objects.pods()) {
            if (!pod.hostNetwork() && !pod.status().isTerminal()) {
                String namespace = pod.metadata().namespace();
                Namespace declared = objects.namespace(namespace);
                Map<String, String> inherited =
                        declared == null ? Map.of() : declared.metadata().labels();
                String mode = pod.metadata().labels().getOrDefault(MODE_LABEL, inherited.getOrDefault(MODE_LABEL, ""));
                // A pod with a sidecar has its proxy already.
                boolean captured =
                        mode.equals(AMBIENT) && !pod.metadata().annotations().containsKey(SIDECAR_ANNOTATION);
                expected.add(new ExpectedPod(
                        MeshNodes.nodeOf(pod), namespace, pod.metadata().name(), captured));
            }
        }
        return List.copyOf(expected);
    }

    /** Returns whether the pod's node says that it is as it should be. */
    boolean isThere(StateFolder state) {
        return captured
                ? ObservedPod.isRedirected(state, node, namespace, name)
                : Files.exists(state.observed(node, namespace, name));
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
