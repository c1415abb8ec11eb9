package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node observes of its pods, written by it as Pod objects beside the declared ones: uid, node, status and
 * annotations. For these the observation wins; everything else stays as declared.
 */
public final class ObservedPods {
    /** Says that a pod's traffic is captured. Only the node knows, so a declared one counts for nothing beside it. */
    public static final String REDIRECTION_ANNOTATION = "ambient.istio.io/redirection";

    private ObservedPods() {}

    /**
     * Returns {@code declared} with each pod completed by its observation. An observed pod that nobody declares is left
     * out: it is about to be removed. Only pods are taken from {@code observed}.
     */
    public static ObjectSet overlay(ObjectSet declared, ObjectSet observed) {
        List<KubeObject> objects = new ArrayList<>();
        for (KubeObject object : declared.all()) {
            objects.add(object instanceof Pod pod ? overlay(pod, (Pod) observed.find(pod.key())) : object);
        }
        return ObjectSet.of(objects);
    }

    private static Pod overlay(Pod declared, @Nullable Pod observed) {
        if (observed == null) {
            return declared;
        }
        ObjectMeta meta = declared.metadata();
        Map<String, String> annotations = new TreeMap<>(meta.annotations());
        annotations.remove(REDIRECTION_ANNOTATION);
        annotations.putAll(observed.metadata().annotations());
        String uid = observed.metadata().uid();
        ObjectMeta merged = meta.withAnnotations(annotations).withUid(uid.isEmpty() ? meta.uid() : uid);
        return new Pod(
                merged,
                declared.serviceAccountName(),
                observed.nodeName().isEmpty() ? declared.nodeName() : observed.nodeName(),
                declared.hostNetwork(),
                declared.containers(),
                declared.initContainers(),
                observed.status());
    }
}
