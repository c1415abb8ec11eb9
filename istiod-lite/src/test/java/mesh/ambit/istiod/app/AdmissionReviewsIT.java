package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import mesh.ambit.config.Environment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects judged over HTTPS as an API server has them judged. */
class AdmissionReviewsIT {
    private static final String POLICY = "{\"apiVersion\": \"security.istio.io/v1\", \"kind\": \"AuthorizationPolicy\","
            + " \"metadata\": {%s, \"namespace\": \"shop\"}, \"spec\": %s}";
    private static final String NAMED = "\"name\": \"web\"";

    @TempDir
    private Path directory;

    private @Nullable IstiodLite controller;
    private @Nullable HttpClient client;

    @BeforeEach
    void start() throws Exception {
        IstiodLiteOptions options = new IstiodLiteOptions();
        options.folder = Files.createDirectories(directory.resolve("folder"));
        options.state = directory.resolve("state");
        options.secureGrpcAddr = "127.0.0.1:0";
        options.httpAddr = "127.0.0.1:0";
        options.monitoringAddr = "127.0.0.1:0";
        options.httpsAddr = "127.0.0.1:0";
        controller =
                IstiodLite.start(IstiodLiteConfig.of(options, Environment.of(Map.of()), 2), InstantSource.system());
        client = HttpClient.newBuilder()
                .sslContext(trusting(options.state.resolve("root-cert.pem")))
                .build();
    }

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        if (controller != null) {
            controller.close();
        }
    }

    @Test
    void whatIsWrongIsRefusedWithFieldAndCode() throws Exception {
        JsonObject response = review(POLICY.formatted(NAMED, "{\"action\": \"DENY\"}"));

        assertThat(response.get("uid").getAsString()).isEqualTo("u-1");
        assertThat(response.get("allowed").getAsBoolean()).isFalse();
        assertThat(response.getAsJsonObject("status").get("message").getAsString())
                .startsWith("configuration is invalid: spec.rules: ")
                .endsWith("[NO_EFFECT]");
    }

    @Test
    void whatIsOddIsLetThroughWithWarnings() throws Exception {
        JsonObject response = review(POLICY.formatted(NAMED, "{\"selector\": {}, \"rules\": [{}]}"));

        assertThat(response.get("allowed").getAsBoolean()).isTrue();
        assertThat(response.getAsJsonArray("warnings").toString()).contains("[EMPTY_SELECTOR]");
    }

    @Test
    void whatIsGoodOrNotOursIsLetThrough() throws Exception {
        for (String object : List.of(
                POLICY.formatted(NAMED, "{\"rules\": [{}]}"),
                POLICY.formatted("\"generateName\": \"web-\"", "{\"rules\": [{}]}"),
                "{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {}}",
                "{\"apiVersion\": \"networking.istio.io/v1\", \"kind\": \"EnvoyFilter\", \"metadata\": {\"name\": \"a\"}}",
                "null")) {
            JsonObject response = review(object);
            assertThat(response.get("allowed").getAsBoolean()).as(object).isTrue();
            assertThat(response.has("warnings")).as(object).isFalse();
        }
    }

    @Test
    void whatIsBeingDeletedMayBeLetGoOf() throws Exception {
        String invalid = "{\"action\": \"DENY\"}";
        String leaving = POLICY.formatted(NAMED + ", \"deletionTimestamp\": \"2026-01-01T00:00:00Z\"", invalid);
        String before = ", \"oldObject\": " + POLICY.formatted(NAMED + ", \"finalizers\": [\"a/b\"]", invalid);

        assertThat(review(leaving + before).get("allowed").getAsBoolean()).isTrue();
        assertThat(review(leaving).get("allowed").getAsBoolean()).isFalse();
        assertThat(review(leaving + before.replace("DENY", "ALLOW"))
                        .get("allowed")
                        .getAsBoolean())
                .isFalse();
    }

    @Test
    void whatIsNoReviewIsNoPartOfTheConversation() throws Exception {
        assertThat(post("[]").statusCode()).isEqualTo(400);
        assertThat(post("{\"request\": {}}").statusCode()).isEqualTo(400);
        assertThat(post("x".repeat(AdmissionReviews.MAX_BYTES + 1)).statusCode())
                .isEqualTo(413);
    }

    private JsonObject review(String object) throws Exception {
        HttpResponse<String> reply = post("{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\","
                + " \"request\": {\"uid\": \"u-1\", \"operation\": \"CREATE\", \"object\": " + object + "}}");
        assertThat(reply.statusCode()).isEqualTo(200);
        JsonObject review = JsonParser.parseString(reply.body()).getAsJsonObject();
        assertThat(review.get("kind").getAsString()).isEqualTo("AdmissionReview");
        return review.getAsJsonObject("response");
    }

    private HttpResponse<String> post(String body) throws Exception {
        URI uri = URI.create("https://localhost:" + requireNonNull(controller).httpsPort() + "/validate?timeout=10s");
        return requireNonNull(client)
                .send(
                        HttpRequest.newBuilder(uri)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static SSLContext trusting(Path root) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(root)) {
            store.setCertificateEntry(
                    "root", CertificateFactory.getInstance("X.509").generateCertificate(in));
        } catch (IOException e) {
            throw new AssertionError("the controller writes its root at the start", e);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
