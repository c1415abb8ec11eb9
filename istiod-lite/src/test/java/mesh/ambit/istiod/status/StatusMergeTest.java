package mesh.ambit.istiod.status;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import mesh.ambit.istiod.ambient.Standing;
import mesh.ambit.istiod.ambient.Standing.Condition;
import mesh.ambit.istiod.ambient.Standing.Parent;
import mesh.ambit.kube.ParentRef;
import org.junit.jupiter.api.Test;

class StatusMergeTest {
    private static final Instant EARLY = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATE = Instant.parse("2026-01-02T00:00:00Z");
    private static final Condition BOUND = new Condition(Standing.WAYPOINT_BOUND, true, "WaypointAccepted", "to a");
    private static final ParentRef WEB = new ParentRef("", "Service", "", "web", "", 80);

    @Test
    void whatIsSaidAlreadyIsNotWrittenAgain() throws JsonProcessingException {
        ObjectNode first = merge("{}", bound(BOUND), false, EARLY);

        assertThat(StatusMerge.of(first, bound(BOUND), false, 3, LATE)).isNull();
        assertThat(StatusMerge.of(tree("{}"), Standing.NOTHING, false, 3, LATE)).isNull();
        assertThat(StatusMerge.of(tree("{}"), Standing.NOTHING, true, 3, LATE)).isNull();
    }

    @Test
    void timeIsThatOfTheLastTransition() throws JsonProcessingException {
        ObjectNode first = merge("{}", bound(BOUND), false, EARLY);
        Condition other = new Condition(Standing.WAYPOINT_BOUND, true, "WaypointAccepted", "to b");
        Condition lost = new Condition(Standing.WAYPOINT_BOUND, false, "WaypointIsNotReady", "");

        assertThat(time(requireNonNull(StatusMerge.of(first, bound(other), false, 3, LATE))))
                .isEqualTo(EARLY.toString());
        assertThat(time(requireNonNull(StatusMerge.of(first, bound(lost), false, 3, LATE))))
                .isEqualTo(LATE.toString());
    }

    @Test
    void othersKeepWhatTheySayAndOursGoesWhenNothingIsSaid() throws JsonProcessingException {
        String present = "{\"conditions\":[{\"type\":\"Theirs\",\"status\":\"True\"},"
                + "{\"type\":\"istio.io/WaypointBound\",\"status\":\"True\"}]}";

        ObjectNode merged = merge(present, Standing.NOTHING, false, LATE);

        assertThat(merged.path("conditions")).hasSize(1);
        assertThat(merged.path("conditions").path(0).path("type").asText()).isEqualTo("Theirs");
    }

    @Test
    void parentsOfOtherControllersStay() throws JsonProcessingException {
        String present = "{\"parents\":[{\"parentRef\":{\"name\":\"g\"},\"controllerName\":\"else/where\"},"
                + "{\"parentRef\":{\"name\":\"old\"},\"controllerName\":\"istio.io/gateway-controller\"}]}";
        Standing standing = new Standing(
                List.of(), List.of(new Parent(WEB, List.of(new Condition("Accepted", true, "Accepted", "")))));

        ObjectNode merged = merge(present, standing, true, LATE);

        assertThat(merged.path("parents")).hasSize(2);
        JsonNode ours = merged.path("parents").path(1);
        assertThat(ours.path("parentRef").path("kind").asText()).isEqualTo("Service");
        assertThat(ours.path("parentRef").path("port").asInt()).isEqualTo(80);
        assertThat(ours.path("conditions").path(0).path("observedGeneration").asInt())
                .isEqualTo(3);
        assertThat(StatusMerge.of(merged, standing, true, 3, EARLY)).isNull();
    }

    @Test
    void parentsThatAnotherOfTheSameNameLooksAfterStay() throws JsonProcessingException {
        JsonNode present = tree("{\"parents\":[{\"parentRef\":{\"name\":\"edge\",\"sectionName\":\"web\"},"
                + "\"controllerName\":\"istio.io/gateway-controller\",\"conditions\":[{\"type\":\"Accepted\"}]}]}");
        ParentRef edge = new ParentRef("gateway.networking.k8s.io", "Gateway", "", "edge", "web", null);

        assertThat(StatusMerge.of(present, new Standing(List.of(), List.of(), Set.of(edge), false), true, 3, LATE))
                .isNull();
        assertThat(requireNonNull(StatusMerge.of(present, Standing.NOTHING, true, 3, LATE))
                        .path("parents"))
                .isEmpty();
    }

    private static Standing bound(Condition condition) {
        return new Standing(List.of(condition), List.of());
    }

    private static String time(ObjectNode status) {
        return status.path("conditions").path(0).path("lastTransitionTime").asText();
    }

    private static ObjectNode merge(String present, Standing standing, boolean route, Instant now)
            throws JsonProcessingException {
        return requireNonNull(StatusMerge.of(tree(present), standing, route, 3, now));
    }

    private static JsonNode tree(String json) throws JsonProcessingException {
        return new ObjectMapper().readTree(json);
    }
}
