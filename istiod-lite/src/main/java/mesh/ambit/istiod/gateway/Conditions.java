package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Conditions of a status. One that is as it was keeps the time of its last transition, so that nothing flaps. */
final class Conditions {
    private final ArrayNode conditions;
    private final long generation;
    private final Instant now;

    /**
     * Begins with what is there.
     *
     * @param owner what has, or will have, the conditions
     * @param generation of the object that is judged
     */
    Conditions(ObjectNode owner, long generation, Instant now) {
        this.conditions =
                owner.path("conditions") instanceof ArrayNode present ? present : owner.putArray("conditions");
        this.generation = generation;
        this.now = now.truncatedTo(ChronoUnit.SECONDS);
    }

    /** Says that something holds, or does not. */
    void set(String type, boolean holds, String reason, String message) {
        ObjectNode condition = find(type);
        String status = holds ? "True" : "False";
        boolean same = condition.path("status").asText("").equals(status);
        condition.put("type", type);
        condition.put("status", status);
        condition.put("reason", reason);
        condition.put("message", message);
        condition.put("observedGeneration", generation);
        if (!same) {
            condition.put("lastTransitionTime", now.toString());
        }
    }

    private ObjectNode find(String type) {
        for (JsonNode condition : conditions) {
            if (condition instanceof ObjectNode object
                    && condition.path("type").asText("").equals(type)) {
                return object;
            }
        }
        return conditions.addObject();
    }
}
