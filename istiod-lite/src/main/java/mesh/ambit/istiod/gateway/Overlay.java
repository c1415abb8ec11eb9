package mesh.ambit.istiod.gateway;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.kube.PlainYaml;
import org.jspecify.annotations.Nullable;

/**
 * What a ConfigMap changes of the objects that are deployed for a gateway: for each kind a part of such an object, as
 * YAML, that is merged into it. The keys are the reference's. Pure.
 *
 * @param source what people call the ConfigMap
 * @param data its texts by key
 */
record Overlay(String source, Map<String, String> data) {
    /** Kinds by the key that changes them. */
    private static final Map<String, String> KEYS = Map.of(
            "Deployment",
            "deployment",
            "Service",
            "service",
            "ServiceAccount",
            "serviceAccount",
            "HorizontalPodAutoscaler",
            "horizontalPodAutoscaler",
            "PodDisruptionBudget",
            "podDisruptionBudget");

    /** Kinds of which there is an object only where somebody asks for it. */
    static final Set<String> ON_REQUEST = Set.of("HorizontalPodAutoscaler", "PodDisruptionBudget");

    /** Of one key's text. A ConfigMap may hold 1 MiB; what people change of a Deployment are some lines. */
    private static final int MAX_TEXT = 64 << 10;

    private static final ObjectMapper JSON = new ObjectMapper();

    Overlay {
        requireNonNull(source, "source");
        data = Map.copyOf(data);
    }

    /**
     * Returns {@code object} as the overlays make it, each over what the one before it made; null for an object that is
     * there only on request, and that none of them mentions.
     *
     * @throws ParametersException if an overlay says what it cannot
     */
    static @Nullable ObjectNode merge(ObjectNode object, List<Overlay> overlays) throws ParametersException {
        String kind = object.path("kind").asText("");
        String key = KEYS.getOrDefault(kind, "");
        ObjectNode merged = object;
        boolean mentioned = false;
        for (Overlay overlay : overlays) {
            overlay.requireKnownKeys();
            String text = overlay.data().get(key);
            if (text != null) {
                mentioned = true;
                merged = overlay.merge(merged, kind, key, text);
            }
        }
        return mentioned || !ON_REQUEST.contains(kind) ? merged : null;
    }

    private void requireKnownKeys() throws ParametersException {
        for (String each : new TreeMap<>(data).keySet()) {
            if (!KEYS.containsValue(each)) {
                throw new ParametersException(source + ": key " + each + " is not known (expected: one of "
                        + String.join(", ", KEYS.values().stream().sorted().toList()) + ")");
            }
        }
    }

    private ObjectNode merge(ObjectNode object, String kind, String key, String text) throws ParametersException {
        if (text.length() > MAX_TEXT) {
            throw new ParametersException(
                    source + ", " + key + ": has " + text.length() + " characters (at most " + MAX_TEXT + ")");
        }
        ObjectNode patch;
        try {
            patch = JSON.valueToTree(PlainYaml.mapping(text));
        } catch (IOException e) {
            throw new ParametersException(source + ", " + key + ": " + e.getMessage(), e);
        }
        ObjectNode merged;
        try {
            merged = new StrategicMerge(kind).merge(object, patch);
        } catch (ParametersException e) {
            throw new ParametersException(source + ", " + key + ": " + e.getMessage(), e);
        }
        if (!identity(merged).equals(identity(object))) {
            throw new ParametersException(source + ", " + key
                    + ": changes what the object is (expected: of metadata only labels and annotations)");
        }
        return merged;
    }

    /** Returns what says which object it is, and whose. */
    private static ObjectNode identity(ObjectNode object) {
        ObjectNode identity = JSON.createObjectNode();
        identity.set("apiVersion", object.path("apiVersion"));
        identity.set("kind", object.path("kind"));
        JsonNode metadata = object.path("metadata");
        identity.set(
                "metadata",
                metadata instanceof ObjectNode fields
                        ? fields.deepCopy().without(List.of("labels", "annotations"))
                        : metadata);
        return identity;
    }
}
