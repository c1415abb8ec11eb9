package mesh.ambit.istiod.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmissionHookIT {
    private static final String HOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    private static final String TELEMETRIES = "/apis/telemetry.istio.io/v1/telemetries";
    private static final String OURS =
            "admission webhook \\\"rev.validation.istio.io\\\" denied the request: configuration is"
                    + " invalid: spec.tracing[0].customTags: the name of a tag is empty [MISSING_FIELD]";

    private FakeApi api;
    private ApiServer server;

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve(HOOKS, TELEMETRIES);
        server = ApiServers.at(api.url());
    }

    @AfterEach
    void close() {
        server.close();
        api.close();
    }

    /** With Fail, a server that does not know us lets nobody store anything, our own trial included. */
    @Test
    void anotherRootIsWrittenBeforeAnythingIsTried() throws Exception {
        install("istio-validator-istio-system", "Fail");
        api.refuse("telemetries", 500, "failed calling webhook: certificate signed by unknown authority");

        try (AdmissionHook _ = AdmissionHook.start(server, "istio-system", "", () -> "root")) {
            Await.until("the root", () -> hook("istio-validator-istio-system").contains("\"caBundle\":\"cm9vdA==\""));
        }
    }

    @Test
    void trialIsOneThatTheControllerOfTheRevisionIsAskedAbout() throws Exception {
        install("istio-validator-blue-istio-system", "Ignore");
        api.refuse("telemetries", 422, OURS);

        try (AdmissionHook _ = AdmissionHook.start(server, "istio-system", "blue", () -> "root")) {
            Await.until(
                    "refusals", () -> hook("istio-validator-blue-istio-system").contains("\"Fail\""));
        }

        assertThat(AdmissionHook.invalid("istio-system", "blue")
                        .at("/metadata/labels/istio.io~1rev")
                        .asText())
                .isEqualTo("blue");
    }

    @Test
    void refusalOfAnotherControllerIsNotOurs() throws Exception {
        install("istio-validator-istio-system", "Ignore");
        api.refuse("telemetries", 400, "admission webhook \\\"x\\\" denied the request: a tag needs a name");

        try (AdmissionHook _ = AdmissionHook.start(server, "istio-system", "default", () -> "root")) {
            Await.until("a trial", () -> api.count("POST " + "/apis/telemetry.istio.io") > 0);
        }

        assertThat(hook("istio-validator-istio-system")).contains("\"Ignore\"").contains("cm9vdA==");
    }

    private void install(String name, String failurePolicy) {
        api.put(
                HOOKS,
                "{\"metadata\": {\"name\": \"" + name + "\"}, \"webhooks\": [{\"name\": \"a\", \"failurePolicy\": \""
                        + failurePolicy + "\", \"clientConfig\": {\"service\": {\"name\": \"istiod\"}}}]}");
    }

    private String hook(String name) {
        return String.valueOf(api.find(HOOKS, name));
    }
}
