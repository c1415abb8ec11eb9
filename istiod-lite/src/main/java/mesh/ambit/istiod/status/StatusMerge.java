package mesh.ambit.istiod.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mesh.ambit.istiod.ambient.Standing;
import mesh.ambit.istiod.ambient.Standing.Condition;
import mesh.ambit.istiod.ambient.Standing.Parent;
import mesh.ambit.kube.ParentRef;
import org.jspecify.annotations.Nullable;

/**
 * Puts what we say of an object beside what others say of it. A condition that is as it was keeps the time of its last
 * transition, and a status that says the same already is left alone, so that nothing flaps.
 */
final class StatusMerge {
    /** Who writes conditions of routes, in the words of the reference. */
    static final String CONTROLLER = "istio.io/gateway-controller";

    private static final Set<String> OURS = Set.of(
            Standing.WAYPOINT_BOUND,
            Standing.WAYPOINT_MISSING,
            Standing.VISIBILITY_APPLIED,
            Standing.ZTUNNEL_ACCEPTED,
            Standing.WAYPOINT_ACCEPTED);
    private static final String GATEWAY_GROUP = "gateway.networking.k8s.io";

    private StatusMerge() {}

    /**
     * Returns the parts of the status to write; null when nothing is to be written.
     *
     * @param present status of the object; missing where it has none
     * @param route whether the object is a route
     * @param generation of the object; 0 for kinds that have none
     */
    static @Nullable ObjectNode of(JsonNode present, Standing standing, boolean route, long generation, Instant now) {
        ArrayNode merged = route
                ? parents(present.path("parents"), standing, generation, now)
                : conditions(present.path("conditions"), standing.conditions(), OURS, generation, now);
        String field = route ? "parents" : "conditions";
        JsonNode before = present.path(field);
        if (before.equals(merged) || (before.isMissingNode() && merged.isEmpty())) {
            return null;
        }
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.set(field, merged);
        return status;
    }

    /** Keeps the order, what others say, and the place of what we said before. */
    private static ArrayNode conditions(
            JsonNode present, List<Condition> wanted, Set<String> ours, long generation, Instant now) {
        ArrayNode merged = JsonNodeFactory.instance.arrayNode();
        Set<String> placed = new HashSet<>();
        for (JsonNode condition : present) {
            String type = condition.path("type").asText("");
            Condition mine = find(wanted, type);
            if (mine != null) {
                merged.add(condition(mine, condition, generation, now));
                placed.add(type);
            } else if (!ours.contains(type)) {
                merged.add(condition.deepCopy());
            }
        }
        for (Condition condition : wanted) {
            if (placed.add(condition.type())) {
                merged.add(condition(condition, JsonNodeFactory.instance.objectNode(), generation, now));
            }
        }
        return merged;
    }

    private static @Nullable Condition find(List<Condition> conditions, String type) {
        return conditions.stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst()
                .orElse(null);
    }

    private static ObjectNode condition(Condition condition, JsonNode before, long generation, Instant now) {
        String status = condition.holds() ? "True" : "False";
        boolean same = before.path("status").asText("").equals(status) && before.has("lastTransitionTime");
        ObjectNode node =
                before instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        node.put("type", condition.type());
        node.put("status", status);
        node.put("reason", condition.reason());
        node.put("message", condition.message());
        if (generation > 0 && node.path("observedGeneration").asLong(0) != generation) {
            node.put("observedGeneration", generation);
        }
        if (!same) {
            node.put("lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
        }
        return node;
    }

    /** What a controller of the same name says of a parent that it looks after stays as it is, or we wrote in turns for ever. */
    private static ArrayNode parents(JsonNode present, Standing standing, long generation, Instant now) {
        List<Parent> wanted = standing.parents();
        ArrayNode merged = JsonNodeFactory.instance.arrayNode();
        Set<ParentRef> placed = new HashSet<>();
        for (JsonNode entry : present) {
            if (!entry.path("controllerName").asText("").equals(CONTROLLER)) {
                merged.add(entry.deepCopy());
                continue;
            }
            ParentRef ref = ref(entry.path("parentRef"));
            if (standing.others().contains(ref)) {
                merged.add(entry.deepCopy());
                continue;
            }
            for (Parent parent : wanted) {
                if (parent.ref().equals(ref) && placed.add(ref)) {
                    merged.add(parent(parent, entry, generation, now));
                }
            }
        }
        for (Parent parent : wanted) {
            if (placed.add(parent.ref())) {
                merged.add(parent(parent, JsonNodeFactory.instance.objectNode(), generation, now));
            }
        }
        return merged;
    }

    private static ObjectNode parent(Parent parent, JsonNode before, long generation, Instant now) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.set("parentRef", before.has("parentRef") ? before.path("parentRef").deepCopy() : node(parent.ref()));
        node.put("controllerName", CONTROLLER);
        // Of a parent of ours every condition is ours.
        Set<String> all = new HashSet<>();
        before.path("conditions").forEach(each -> all.add(each.path("type").asText("")));
        node.set("conditions", conditions(before.path("conditions"), parent.conditions(), all, generation, now));
        return node;
    }

    private static ParentRef ref(JsonNode node) {
        return new ParentRef(
                node.path("group").asText(GATEWAY_GROUP),
                node.path("kind").asText("Gateway"),
                node.path("namespace").asText(""),
                node.path("name").asText(""),
                node.path("sectionName").asText(""),
                node.has("port") ? Integer.valueOf(node.path("port").asInt()) : null);
    }

    private static ObjectNode node(ParentRef ref) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("group", ref.group()).put("kind", ref.kind());
        if (!ref.namespace().isEmpty()) {
            node.put("namespace", ref.namespace());
        }
        node.put("name", ref.name());
        if (!ref.sectionName().isEmpty()) {
            node.put("sectionName", ref.sectionName());
        }
        Integer port = ref.port();
        if (port != null) {
            node.put("port", port);
        }
        return node;
    }
}
