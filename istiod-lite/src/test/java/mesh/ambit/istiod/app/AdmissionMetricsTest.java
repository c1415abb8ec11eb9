package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import mesh.ambit.admin.HttpQuery;
import mesh.ambit.istiod.ambient.MeshSettings;
import org.junit.jupiter.api.Test;

class AdmissionMetricsTest {
    private static final String REVIEW = "{\"request\": {\"uid\": \"u\", \"dryRun\": %s, \"resource\": {\"group\":"
            + " \"security.istio.io\", \"version\": \"v1\", \"resource\": \"%s\"}, \"object\": {\"apiVersion\":"
            + " \"security.istio.io/v1\", \"kind\": \"AuthorizationPolicy\", \"metadata\": {\"name\": \"a\","
            + " \"namespace\": \"b\"}, \"spec\": %s}}}";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AdmissionReviews reviews = new AdmissionReviews(MeshSettings.DEFAULT, new AdmissionMetrics(registry));

    @Test
    void judgementsAreCountedUnderTheReferencesNames() {
        ask(REVIEW.formatted("false", "authorizationpolicies", "{}"));
        ask(REVIEW.formatted("true", "authorizationpolicies", "{}"));
        ask(REVIEW.formatted("false", "authorizationpolicies", "{\"action\": \"DENY\"}"));
        ask(REVIEW.formatted("true", "authorizationpolicies", "{\"action\": \"DENY\"}"));
        ask(REVIEW.formatted("false", "authorizationpolicies", "{\"acton\": \"DENY\"}"));
        ask("{}");

        assertThat(count("galley.validation.passed", "resource", "authorizationpolicies"))
                .isEqualTo(2);
        assertThat(count("galley.validation.failed", "reason", "invalid_resource"))
                .isEqualTo(1);
        assertThat(count("galley.validation.failed", "reason", "crd_conversion_error"))
                .isEqualTo(1);
        assertThat(count("galley.validation.http.error", "status", "400")).isEqualTo(1);
    }

    @Test
    void whatIsNamedByOthersDoesNotGrowWithoutEnd() {
        for (int i = 0; i < 200; i++) {
            ask(REVIEW.formatted("false", "made" + i, "{}"));
        }
        ask(REVIEW.formatted("false", "A B", "{}"));

        assertThat(registry.getMeters()).hasSizeLessThan(70);
        assertThat(JsonParser.parseString(ask(REVIEW.formatted("false", "more", "{}")))
                        .getAsJsonObject()
                        .has("response"))
                .isTrue();
    }

    private String ask(String body) {
        return reviews.answer(new HttpQuery("POST", "/validate", Map.of(), "", "", false, body))
                .body();
    }

    private double count(String name, String tag, String value) {
        return registry.get(name).tag(tag, value).gauge().value();
    }
}
