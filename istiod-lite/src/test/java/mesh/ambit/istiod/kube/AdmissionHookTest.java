package mesh.ambit.istiod.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ProblemCode;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;

class AdmissionHookTest {
    private static final String INSTALLED = "{\"metadata\":{\"resourceVersion\":\"7\"},\"webhooks\":[{\"name\":\"a\","
            + "\"failurePolicy\":\"Ignore\",\"clientConfig\":{\"service\":{\"name\":\"istiod\"}}}]}";

    @Test
    void rootIsPutRightBeforeAnythingIsRefused() throws JsonProcessingException {
        ObjectNode change = requireNonNull(AdmissionHook.change(tree(INSTALLED), "root", false));

        JsonNode webhook = change.path("webhooks").path(0);
        assertThat(webhook.path("clientConfig").path("caBundle").asText()).isEqualTo("cm9vdA==");
        assertThat(webhook.path("clientConfig").path("service").path("name").asText())
                .isEqualTo("istiod");
        assertThat(webhook.path("failurePolicy").asText()).isEqualTo("Ignore");
        assertThat(change.path("metadata").path("resourceVersion").asText()).isEqualTo("7");
    }

    @Test
    void policyIsRaisedOnceAnInvalidObjectWasRefused() throws JsonProcessingException {
        ObjectNode change = requireNonNull(AdmissionHook.change(tree(INSTALLED), "root", true));

        assertThat(change.path("webhooks").path(0).path("failurePolicy").asText())
                .isEqualTo("Fail");
        assertThat(AdmissionHook.change(change, "root", true)).isNull();
        assertThat(AdmissionHook.change(change, "other root", true)).isNotNull();
    }

    @Test
    void nothingIsKeptWhereNothingIsInstalled() throws JsonProcessingException {
        assertThat(AdmissionHook.change(tree("{}"), "root", true)).isNull();
    }

    @Test
    void objectThatIsTriedIsOneThatOurChecksRefuse() {
        String tried = AdmissionHook.invalid("istio-system", "").toString();

        assertThat(KubeYaml.parse(tried, "", Reading.CHECKED).problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.field()).startsWith("spec.tracing[0].customTags");
                    assertThat(problem.code()).isEqualTo(ProblemCode.MISSING_FIELD);
                });
        assertThat(KubeYaml.parse(tried.replace("\"\":", "\"named\":"), "", Reading.CHECKED)
                        .problems())
                .isEmpty();
    }

    private static JsonNode tree(String json) throws JsonProcessingException {
        return new ObjectMapper().readTree(json);
    }
}
