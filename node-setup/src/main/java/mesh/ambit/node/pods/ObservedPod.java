package mesh.ambit.node.pods;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.ObservedPods;
import mesh.ambit.kube.YamlWriter;

/**
 * What this node tells the others of one of its pods.
 *
 * @param uid empty while the pod could not be made
 * @param addresses empty while the pod could not be made
 * @param redirection whether its traffic is captured
 * @param problem what is wrong with it, empty if nothing
 */
public record ObservedPod(
        PodKey key, String uid, String node, List<InetAddress> addresses, Redirection redirection, String problem) {
    public ObservedPod {
        requireNonNull(key, "key");
        requireNonNull(uid, "uid");
        requireNonNull(node, "node");
        addresses = List.copyOf(addresses);
        requireNonNull(redirection, "redirection");
        requireNonNull(problem, "problem");
    }

    /** The value of the redirection annotation. */
    public enum Redirection {
        /** Not in the mesh; the annotation is absent. */
        NONE,
        /** To be captured, but rules or ztunnel are not there yet. */
        PENDING,
        /** Captured, as was seen by looking. */
        ENABLED
    }

    /** Returns the observation as a Pod object in YAML. */
    public String toYaml() {
        boolean exists = !addresses.isEmpty();
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", key.name());
        metadata.put("namespace", key.namespace());
        if (!uid.isEmpty()) {
            metadata.put("uid", uid);
        }
        switch (redirection) {
            case NONE -> {}
            case PENDING -> metadata.put("annotations", Map.of(ObservedPods.REDIRECTION_ANNOTATION, "pending"));
            case ENABLED -> metadata.put("annotations", Map.of(ObservedPods.REDIRECTION_ANNOTATION, "enabled"));
        }

        Map<String, Object> status = new LinkedHashMap<>();
        status.put("phase", exists ? "Running" : "Pending");
        if (exists) {
            status.put("podIP", addresses.getFirst().getHostAddress());
            status.put(
                    "podIPs",
                    addresses.stream()
                            .map(address -> Map.of("ip", address.getHostAddress()))
                            .toList());
        }
        status.put("conditions", conditions(exists));

        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("kind", "Pod");
        document.put("metadata", metadata);
        document.put("spec", Map.of("nodeName", node));
        document.put("status", status);
        return YamlWriter.write(document);
    }

    private List<Map<String, Object>> conditions(boolean exists) {
        List<Map<String, Object>> conditions = new ArrayList<>();
        conditions.add(condition("Ready", exists, "PodNotMade", exists ? "" : problem));
        if (exists && redirection != Redirection.NONE) {
            conditions.add(
                    condition("ambit.mesh/Captured", redirection == Redirection.ENABLED, "CapturePending", problem));
        }
        return conditions;
    }

    private static Map<String, Object> condition(String type, boolean holds, String reason, String message) {
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", type);
        condition.put("status", holds ? "True" : "False");
        if (!holds) {
            condition.put("reason", reason);
        }
        if (!message.isEmpty()) {
            condition.put("message", message);
        }
        return condition;
    }
}
