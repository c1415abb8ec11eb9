package mesh.ambit.istiod.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

/** Merges as kubectl does it: what is expected here is what {@code kubectl patch --local --type strategic} makes of it. */
class StrategicMergeTest {
    private static final String CONTAINERS = "spec: {template: {spec: {containers: [{name: istio-proxy, image: a,"
            + " args: [proxy, waypoint], env: [{name: A, value: '1'}, {name: B, value: '2'},"
            + " {name: C, valueFrom: {fieldRef: {fieldPath: x}}}], resources: {requests: {cpu: 100m, memory: 128Mi},"
            + " limits: {cpu: '2'}}}, {name: second, image: b}], tolerations: [{key: x}],"
            + " volumes: [{name: v, emptyDir: {}}, {name: w, emptyDir: {medium: Memory}}]}}}";

    @Test
    void mappingsAreMergedAndNullRemoves() {
        JsonNode container = merged("containers: [{name: istio-proxy, resources: {requests: {cpu: 1}, limits: null}}]")
                .at("/containers/0");

        assertThat(container.path("resources")).isEqualTo(Trees.of("{requests: {cpu: 1, memory: 128Mi}}"));
        assertThat(container.path("image").asText()).isEqualTo("a");
    }

    @Test
    void elementsWithAKeyAreMergedAndNewOnesComeFirst() {
        JsonNode env = merged("containers: [{name: istio-proxy, env: [{name: D, value: '4'},"
                        + " {name: B, value: null, valueFrom: {fieldRef: {fieldPath: y}}}]}]")
                .at("/containers/0/env");

        assertThat(env)
                .isEqualTo(
                        Trees.of(
                                "[{name: D, value: '4'}, {name: A, value: '1'},"
                                        + " {name: B, valueFrom: {fieldRef: {fieldPath: y}}}, {name: C, valueFrom: {fieldRef: {fieldPath: x}}}]"));
    }

    @Test
    void orderOfThePatchHoldsForWhatItNames() {
        JsonNode containers = merged("containers: [{name: sidecar, image: c}, {name: istio-proxy, image: d}]")
                .path("containers");

        assertThat(containers)
                .extracting(each ->
                        each.path("name").asText() + " " + each.path("image").asText())
                .containsExactly("sidecar c", "istio-proxy d", "second b");
    }

    @Test
    void listsWithoutAKeyAreReplaced() {
        JsonNode spec = merged("containers: [{name: istio-proxy, args: [x]}], tolerations: [{key: y}]");

        assertThat(spec.at("/containers/0/args")).isEqualTo(Trees.of("[x]"));
        assertThat(spec.path("tolerations")).isEqualTo(Trees.of("[{key: y}]"));
    }

    @Test
    void directivesDeleteAndReplace() {
        assertThat(merged("volumes: [{name: w, $patch: delete}, {name: z, emptyDir: {}}]")
                        .path("volumes"))
                .isEqualTo(Trees.of("[{name: z, emptyDir: {}}, {name: v, emptyDir: {}}]"));
        assertThat(merged("containers: [{$patch: replace}, {name: only, image: c}]")
                        .path("containers"))
                .isEqualTo(Trees.of("[{name: only, image: c}]"));
        assertThat(merged("containers: [{name: second, $patch: replace, image: z}]")
                        .path("containers"))
                .isEmpty();
        assertThat(merged("$patch: replace, nodeSelector: {a: b}")).isEqualTo(Trees.of("{nodeSelector: {a: b}}"));
        assertThat(merged("volumes: [{name: v, $retainKeys: [name, hostPath], hostPath: {path: /x}}]")
                        .path("volumes"))
                .isEqualTo(Trees.of("[{name: v, hostPath: {path: /x}}, {name: w, emptyDir: {medium: Memory}}]"));
    }

    @Test
    void selectorOfABudgetIsReplaced() throws ParametersException {
        ObjectNode original = tree("{spec: {selector: {matchLabels: {a: b}}}}");

        assertThat(new StrategicMerge("PodDisruptionBudget")
                        .merge(original, tree("{spec: {selector: {matchLabels: {c: d}}, minAvailable: 1}}")))
                .isEqualTo(tree("{spec: {selector: {matchLabels: {c: d}}, minAvailable: 1}}"));
    }

    @Test
    void portsOfAServiceAreMergedByNumber() throws ParametersException {
        ObjectNode original = tree("{spec: {ports: [{name: a, port: 1}, {name: b, port: 2}]}}");

        assertThat(new StrategicMerge("Service").merge(original, tree("{spec: {ports: [{port: 2, nodePort: 30000}]}}")))
                .isEqualTo(tree("{spec: {ports: [{name: a, port: 1}, {name: b, port: 2, nodePort: 30000}]}}"));
    }

    private static JsonNode merged(String podSpec) {
        try {
            return new StrategicMerge("Deployment")
                    .merge(tree("{" + CONTAINERS + "}"), tree("{spec: {template: {spec: {" + podSpec + "}}}}"))
                    .at("/spec/template/spec");
        } catch (ParametersException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode tree(String yaml) {
        return (ObjectNode) Trees.of(yaml);
    }
}
