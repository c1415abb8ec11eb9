package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The strategic merge of Kubernetes, for the kinds that are deployed for a gateway: mappings are merged field by field, null
 * removes a field, and those lists whose elements have a key are merged element by element; any other list is replaced.
 * Which lists have a key is what the definitions of the kinds say. Pure.
 *
 * <p>Of the directives {@code $patch} (replace, delete, merge) and {@code $retainKeys} are understood; the others, which
 * programs write and not people, are refused.
 */
final class StrategicMerge {
    private static final String PATCH = "$patch";
    private static final String RETAIN = "$retainKeys";

    private static final Set<String> DIRECTIVES = Set.of("delete", "merge", "replace");

    /** What errors call the place of the whole object. */
    private static final String ROOT = "the object";

    private static final String POD = "spec.template.spec.";

    private static final Map<String, String> DEPLOYMENT = deployment();
    private static final Map<String, String> SERVICE = Map.of("spec.ports", "port");
    private static final Map<String, String> ACCOUNT = Map.of("secrets", "name");

    /** Mappings that are replaced and not merged. */
    private static final Map<String, Set<String>> REPLACED = Map.of("PodDisruptionBudget", Set.of("spec.selector"));

    /** The key of the elements, by the place of the list. */
    private final Map<String, String> keys;

    private final Set<String> replaced;

    /** Creates one for objects of a kind. */
    StrategicMerge(String kind) {
        this.keys = switch (kind) {
            case "Deployment" -> DEPLOYMENT;
            case "Service" -> SERVICE;
            case "ServiceAccount" -> ACCOUNT;
            default -> Map.of();
        };
        this.replaced = REPLACED.getOrDefault(kind, Set.of());
    }

    private static Map<String, String> deployment() {
        Map<String, String> keys = new HashMap<>();
        for (String containers : List.of("containers", "initContainers", "ephemeralContainers")) {
            keys.put(POD + containers, "name");
            keys.put(POD + containers + ".ports", "containerPort");
            keys.put(POD + containers + ".env", "name");
            keys.put(POD + containers + ".volumeMounts", "mountPath");
            keys.put(POD + containers + ".volumeDevices", "devicePath");
        }
        for (String list : List.of("volumes", "imagePullSecrets", "schedulingGates", "resourceClaims")) {
            keys.put(POD + list, "name");
        }
        keys.put(POD + "hostAliases", "ip");
        keys.put(POD + "topologySpreadConstraints", "topologyKey");
        return Map.copyOf(keys);
    }

    /**
     * Returns {@code original} with {@code patch} over it; both stay as they are.
     *
     * @throws ParametersException if the patch cannot be understood
     */
    ObjectNode merge(ObjectNode original, ObjectNode patch) throws ParametersException {
        return merge(original, patch, ROOT);
    }

    private ObjectNode merge(ObjectNode original, ObjectNode patch, String place) throws ParametersException {
        String directive = directive(patch, place);
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        if (directive.equals("delete")) {
            return merged;
        }
        if (!directive.equals("replace")) {
            merged.setAll(original.deepCopy());
            retain(merged, patch, place);
        }
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.equals(PATCH) || name.equals(RETAIN)) {
                continue;
            }
            requireNoDirective(name, place);
            if (value.isNull()) {
                merged.remove(name);
            } else {
                merged.set(name, value(merged.get(name), value, place.equals(ROOT) ? name : place + "." + name));
            }
        }
        return merged;
    }

    private JsonNode value(@Nullable JsonNode original, JsonNode patch, String place) throws ParametersException {
        if (patch instanceof ObjectNode fields) {
            return merge(
                    original instanceof ObjectNode present && !replaced.contains(place) ? present : fields.objectNode(),
                    fields,
                    place);
        }
        if (patch instanceof ArrayNode items) {
            String key = keys.get(place);
            return key == null
                    ? items.deepCopy()
                    : elements(original instanceof ArrayNode present ? present : items.arrayNode(), items, key, place);
        }
        return patch;
    }

    private ArrayNode elements(ArrayNode original, ArrayNode patch, String key, String place)
            throws ParametersException {
        Map<JsonNode, JsonNode> present = new LinkedHashMap<>();
        if (!isWhole(patch, place)) {
            original.forEach(item -> present.put(item.path(key), item));
        }
        Map<JsonNode, ObjectNode> named = new LinkedHashMap<>();
        Set<JsonNode> deleted = new HashSet<>();
        for (JsonNode item : patch) {
            String directive = item instanceof ObjectNode fields ? directive(fields, place) : "";
            JsonNode name = item.path(key);
            if (directive.equals("replace")) {
                continue;
            }
            if (!(item instanceof ObjectNode fields) || !name.isValueNode() || name.isNull()) {
                throw new ParametersException(place + ": an element has no " + key + ", by which such are merged");
            }
            if (directive.equals("delete")) {
                deleted.add(name);
            } else {
                JsonNode before = named.containsKey(name) ? named.get(name) : present.get(name);
                named.put(name, merge(before instanceof ObjectNode node ? node : fields.objectNode(), fields, place));
            }
        }
        named.keySet().removeAll(deleted);
        return ordered(List.copyOf(present.keySet()), present, named, deleted);
    }

    /** Returns whether the patch is the whole list. */
    private static boolean isWhole(ArrayNode patch, String place) throws ParametersException {
        for (JsonNode item : patch) {
            if (item instanceof ObjectNode fields && directive(fields, place).equals("replace")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns what the patch names, in its order, among what it does not name, in the order from before: of two that were
     * there the one that stood first goes first, and what is new goes before what is not named.
     */
    private static ArrayNode ordered(
            List<JsonNode> before,
            Map<JsonNode, JsonNode> present,
            Map<JsonNode, ObjectNode> named,
            Set<JsonNode> deleted) {
        Map<JsonNode, Integer> positions = new HashMap<>();
        before.forEach(name -> positions.put(name, positions.size()));
        ArrayNode merged = JsonNodeFactory.instance.arrayNode();
        Deque<JsonNode> waiting = new ArrayDeque<>(named.keySet());
        for (JsonNode name : before) {
            if (named.containsKey(name) || deleted.contains(name)) {
                continue;
            }
            while (!waiting.isEmpty() && positions.getOrDefault(waiting.peek(), -1) < positions.getOrDefault(name, 0)) {
                merged.add(named.get(waiting.pop()));
            }
            merged.add(present.get(name));
        }
        waiting.forEach(name -> merged.add(named.get(name)));
        return merged;
    }

    private static void retain(ObjectNode merged, ObjectNode patch, String place) throws ParametersException {
        JsonNode kept = patch.path(RETAIN);
        if (kept.isMissingNode()) {
            return;
        }
        if (!(kept instanceof ArrayNode names)) {
            throw new ParametersException(place + ": " + RETAIN + " is " + kept + " (expected: a list of names)");
        }
        List<String> retained = new ArrayList<>();
        names.forEach(name -> retained.add(name.asText()));
        merged.retain(retained);
    }

    private static String directive(ObjectNode patch, String place) throws ParametersException {
        String directive = patch.path(PATCH).asText("");
        if (patch.has(PATCH) && !DIRECTIVES.contains(directive)) {
            throw new ParametersException(
                    place + ": " + PATCH + " is " + patch.path(PATCH) + " (expected: one of delete, merge, replace)");
        }
        return directive;
    }

    private static void requireNoDirective(String name, String place) throws ParametersException {
        if (name.startsWith("$")) {
            throw new ParametersException(
                    place + ": directive " + name + " is not understood (expected: " + PATCH + " or " + RETAIN + ")");
        }
    }
}
