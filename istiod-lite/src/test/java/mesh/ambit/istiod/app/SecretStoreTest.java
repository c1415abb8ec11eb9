package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import mesh.ambit.istiod.issuer.IssuerException;
import mesh.ambit.istiod.issuer.MaterialStore.Stored;
import mesh.ambit.istiod.kube.api.ApiServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One Secret in an API server that knows conflicts. */
class SecretStoreTest {
    private HttpServer http;
    private ApiServer server;
    private SecretStore store;
    private volatile @Nullable JsonObject secret;
    private volatile int failure;
    private int version;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/api/v1/namespaces/istio-system/secrets", this::answer);
        http.start();
        Path kubeconfig = Files.writeString(
                folder.resolve("kubeconfig"), """
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
                    users: [{name: u, user: {}}]
                    contexts: [{name: x, context: {cluster: c, user: u}}]
                    current-context: x
                    """.formatted(http.getAddress().getPort()));
        server = ApiServer.connect(kubeconfig);
        store = new SecretStore(server, "istio-system", false);
    }

    @AfterEach
    void stop() {
        server.close();
        http.stop(0);
    }

    @Test
    void nothingIsNothingAndTheFirstOneWins() {
        assertThat(store.read()).isNull();

        assertThat(store.write(Map.of("ca-cert.pem", "mine"), null)).isEqualTo("1");
        assertThat(new SecretStore(server, "istio-system", false).write(Map.of("ca-cert.pem", "too late"), null))
                .isNull();

        assertThat(store.read()).isEqualTo(new Stored(Map.of("ca-cert.pem", "mine"), "1"));
        assertThat(requireNonNull(secret).get("type").getAsString()).isEqualTo("istio.io/ca-root");
    }

    @Test
    void aChangeIsMadeOnlyToWhatWasRead() {
        store.write(Map.of("a", "1"), null);
        Stored read = requireNonNull(store.read());
        SecretStore other = new SecretStore(server, "istio-system", false);
        other.read();

        assertThat(other.write(Map.of("a", "2"), read.version())).isEqualTo("2");
        assertThat(store.write(Map.of("a", "3"), read.version())).isNull();
        assertThat(requireNonNull(store.read()).data()).containsExactly(Map.entry("a", "2"));
    }

    @Test
    void whatSomebodyElsePutOnTheSecretStays() {
        store.write(Map.of("a", "1"), null);
        requireNonNull(secret).addProperty("type", "Opaque");
        requireNonNull(secret).getAsJsonObject("metadata").add("labels", JsonParser.parseString("{\"team\": \"x\"}"));

        Stored read = requireNonNull(store.read());
        store.write(Map.of("a", "2"), read.version());

        assertThat(requireNonNull(secret).get("type").getAsString()).isEqualTo("Opaque");
        assertThat(requireNonNull(secret).getAsJsonObject("metadata").toString())
                .contains("team");
    }

    @Test
    void aRootMayBeMadeInCacertsAndIsMarked() {
        SecretStore marked = new SecretStore(server, "istio-system", true);
        assertThat(marked.read()).isNull();

        marked.write(Map.of("ca-cert.pem", "mine"), null);

        JsonObject made = requireNonNull(secret);
        assertThat(made.getAsJsonObject("metadata").get("name").getAsString()).isEqualTo("cacerts");
        assertThat(made.getAsJsonObject("data").keySet()).containsExactlyInAnyOrder("ca-cert.pem", "istio-generated");
        assertThat(requireNonNull(marked.read()).data()).containsEntry("ca-cert.pem", "mine");
    }

    @Test
    void aServerThatRefusesIsNamedAndTheKeyIsNot() {
        failure = 403;

        assertThatThrownBy(() -> store.read())
                .isInstanceOf(IssuerException.class)
                .hasMessageStartingWith("Secret istio-system/istio-ca-secret: cannot read")
                .hasMessageContaining("403");
        assertThatThrownBy(() -> store.write(Map.of("ca-key.pem", "very private"), null))
                .isInstanceOf(IssuerException.class)
                .message()
                .doesNotContain("very private");
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        JsonObject present = secret;
        int status = failure;
        if (status == 0) {
            status = switch (exchange.getRequestMethod()) {
                case "GET" -> present == null ? 404 : 200;
                case "POST" -> present == null ? store(body, 201) : 409;
                default ->
                    version(JsonParser.parseString(body).getAsJsonObject())
                                    .equals(present == null ? "" : version(present))
                            ? store(body, 200)
                            : 409;
            };
        }
        byte[] answer =
                (status < 300 ? String.valueOf(secret) : "{\"message\": \"no\"}").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private int store(String body, int status) {
        JsonObject next = JsonParser.parseString(body).getAsJsonObject();
        version++;
        next.getAsJsonObject("metadata").addProperty("resourceVersion", String.valueOf(version));
        secret = next;
        return status;
    }

    private static String version(JsonObject object) {
        return object.getAsJsonObject("metadata").get("resourceVersion").getAsString();
    }
}
