package mesh.ambit.istiod.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.istiod.kube.RevisionTags;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.Reading;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusWriterIT {
    private static final String POLICIES = "/apis/security.istio.io/v1/authorizationpolicies";
    private static final String RULES = "{rules: [{from: [{source: {namespaces: [x]}}]}]}";

    private static final String THEIR_STATUS =
            "{\"conditions\": [{\"type\": \"ZtunnelAccepted\", \"status\": \"False\","
                    + " \"reason\": \"Other\", \"message\": \"by them\"}]}";

    private FakeApi api;
    private ApiServer server;
    private RevisionTags tags;

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve(POLICIES);
        server = ApiServers.at(api.url());
        tags = RevisionTags.start(server, "default", "istio-system", InstantSource.system(), new Random(8));
    }

    @AfterEach
    void close() {
        tags.close();
        server.close();
        api.close();
    }

    @Test
    void twoThatWriteAtTheSameMomentAgreeAndStop() throws Exception {
        StatusWriter first = writer();
        StatusWriter second = writer();
        tell("one", first, second);

        api.together(2);
        try (AutoCloseable _ = first.lead();
                AutoCloseable _ = second.lead()) {
            Await.until("a status", () -> status("one").contains("ZtunnelAccepted"));
            Await.until("both have written", () -> api.count("PATCH") == 2);
            String written = api.text(POLICIES, "shop/one", "metadata", "resourceVersion");

            // Whoever was second has heard of the first one's write before it hears of this.
            tell("two", first, second);
            Await.until("the next status", () -> status("two").contains("ZtunnelAccepted"));

            assertThat(api.text(POLICIES, "shop/one", "metadata", "resourceVersion"))
                    .as("written once")
                    .isEqualTo(written);
            assertThat(api.count("/one/status")).isEqualTo(2);
        }
    }

    @Test
    void objectOfAnotherRevisionIsLeftToItsController() throws Exception {
        StatusWriter writer = writer();
        try (AutoCloseable _ = writer.lead()) {
            tell("theirs", "{istio.io/rev: green}", THEIR_STATUS, writer);
            tell("mine", "{}", "{}", writer);
            Await.until("a status", () -> status("mine").contains("ZtunnelAccepted"));
            assertThat(api.count("/theirs/status")).isZero();

            // What we said goes, and then it is no longer ours.
            tell("mine", "{istio.io/rev: green}", "{}", writer);
            tell("next", "{}", "{}", writer);
            Await.until("the next status", () -> status("next").contains("ZtunnelAccepted"));
            assertThat(status("mine")).doesNotContain("ZtunnelAccepted");
            tell("mine", "{istio.io/rev: green}", THEIR_STATUS, writer);
            tell("last", "{}", "{}", writer);
            Await.until("the last status", () -> status("last").contains("ZtunnelAccepted"));
            assertThat(status("mine")).contains("by them");
        }
    }

    /** The watch of what is judged lags behind the one of what is written: it is said what was judged. */
    @Test
    void conditionIsOfTheGenerationThatWasJudged() throws Exception {
        StatusWriter writer = writer();
        try (AutoCloseable _ = writer.lead()) {
            tell("one", "{}, generation: 1", "{}", writer);
            Await.until("a status", () -> status("one").contains("\"observedGeneration\":1"));

            put("one", 2, "{}");
            tell("two", writer);
            Await.until("the next status", () -> status("two").contains("ZtunnelAccepted"));
            assertThat(status("one")).doesNotContain("\"observedGeneration\":2");

            take("one", "{}, generation: 2", writer);
            Await.until("the next generation", () -> status("one").contains("\"observedGeneration\":2"));
        }
    }

    private StatusWriter writer() {
        return new StatusWriter(server, MeshSettings.DEFAULT, tags, InstantSource.system(), new Random(7));
    }

    private String status(String name) {
        return String.valueOf(api.find(POLICIES, "shop/" + name));
    }

    private void tell(String name, StatusWriter... writers) {
        tell(name, "{}", "{}", writers);
    }

    private void tell(String name, String labels, String status, StatusWriter... writers) {
        put(name, 1, status);
        take(name, labels, writers);
    }

    private void put(String name, int generation, String status) {
        api.put(
                POLICIES,
                "{\"metadata\": {\"name\": \"" + name + "\", \"namespace\": \"shop\", \"generation\": " + generation
                        + "}, \"spec\": {}, \"status\": " + status + "}");
    }

    private static void take(String name, String labels, StatusWriter... writers) {
        KubeObject policy = KubeYaml.parse(
                        "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: " + name
                                + ", namespace: shop, labels: " + labels + "}, spec: " + RULES + "}",
                        "f.yaml",
                        Reading.AS_STORED)
                .objects()
                .getFirst();
        for (StatusWriter writer : writers) {
            writer.changed(new ObjectChanges(Map.of(policy.key(), policy), Set.of()), List.of());
        }
    }
}
