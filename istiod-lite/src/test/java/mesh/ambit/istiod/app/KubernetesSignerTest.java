package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import mesh.ambit.istiod.issuer.ExternalSigner.Request;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates by way of an API server, whose signer the test is. */
class KubernetesSignerTest {
    private static final String REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private static final Request REQUEST =
            new Request("the request", List.of("URI:spiffe://cluster.local/ns/a/sa/b"), Duration.ofHours(1));

    @TempDir
    private Path folder;

    private FakeApi api;
    private ApiServer server;
    private KubernetesSigner signer;

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve(REQUESTS);
        server = ApiServers.at(api.url());
        signer = new KubernetesSigner(server, "corp.test/mesh", folder.resolve("roots"));
    }

    @AfterEach
    void close() {
        server.close();
        api.close();
    }

    @Test
    void aRequestIsMadeApprovedAnsweredAndRemoved() {
        CompletableFuture<List<String>> signing = sign();

        JsonNode made = approved();
        assertThat(made.path("spec").path("signerName").asText()).isEqualTo("corp.test/mesh");
        assertThat(made.path("spec").path("expirationSeconds").asInt()).isEqualTo(3600);
        assertThat(made.path("spec").path("usages").toString()).contains("client auth", "server auth");
        assertThat(new String(
                        Base64.getDecoder()
                                .decode(made.path("spec").path("request").asText()),
                        StandardCharsets.US_ASCII))
                .isEqualTo("the request");
        ObjectNode answered = made.deepCopy();
        answered.withObjectProperty("status").put("certificate", base64("the certificate"));
        api.put(REQUESTS, answered.toString());

        assertThat(signing.join()).containsExactly("the certificate");
        ControllerLab.until("its removal", () -> api.all(REQUESTS).isEmpty());
    }

    @Test
    void aSignerThatFailsIsQuoted() {
        CompletableFuture<List<String>> signing = sign();

        ObjectNode failed = approved().deepCopy();
        ((ObjectNode) failed.path("status").path("conditions").path(0))
                .put("type", "Failed")
                .put("message", "no such key");
        api.put(REQUESTS, failed.toString());

        assertThatThrownBy(signing::join).hasMessageContaining("no such key").hasMessageContaining("corp.test/mesh");
        ControllerLab.until("its removal", () -> api.all(REQUESTS).isEmpty());
    }

    @Test
    void rootsAreThoseOfTheFile() throws IOException {
        assertThatThrownBy(() -> signer.roots())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.toString());

        Files.writeString(folder.resolve("roots"), "root");

        assertThat(signer.roots()).isEqualTo("root");
    }

    private CompletableFuture<List<String>> sign() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return signer.sign(REQUEST);
                    } catch (IOException | InterruptedException e) {
                        throw new CompletionException(e);
                    }
                },
                Thread::startVirtualThread);
    }

    /** Waits for a request that somebody has approved. */
    private JsonNode approved() {
        ControllerLab.until("an approval", () -> api.all(REQUESTS).toString().contains("\"Approved\""));
        return api.all(REQUESTS).getFirst();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
