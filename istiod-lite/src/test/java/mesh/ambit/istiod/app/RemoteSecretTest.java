package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import mesh.ambit.istiod.app.RemoteSecret.Made;
import mesh.ambit.istiod.app.RemoteSecret.Plugin;
import mesh.ambit.istiod.app.RemoteSecret.Use;
import mesh.ambit.istiod.app.RemoteSecret.Wish;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.testkit.TestAuthority;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Secret by which other clusters read this one. */
class RemoteSecretTest {
    private static final String ROOT = new TestAuthority("west").rootPem();
    private static final String NAMESPACES = "/api/v1/namespaces";
    private static final String ACCOUNTS = NAMESPACES + "/istio-system/serviceaccounts";
    private static final String SECRETS = NAMESPACES + "/istio-system/secrets";
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/";
    private static final String READER = RemoteSecret.DEFAULT_ACCOUNT;

    private FakeApi api;
    private ApiServer server;

    @BeforeEach
    void start() throws IOException {
        api = new FakeApi().serve(NAMESPACES, ACCOUNTS, SECRETS, RBAC + "clusterroles", RBAC + "clusterrolebindings");
        api.put(NAMESPACES, "{\"metadata\": {\"name\": \"kube-system\", \"uid\": \"6e0f\"}}");
        server = ApiServers.at(api.url());
    }

    @AfterEach
    void stop() {
        server.close();
        api.close();
    }

    @Test
    void namesAreThoseThatEveryControllerLooksFor() throws IOException {
        account();
        token("reader-token", READER, "s3cret");

        Made made = make(wish("west", "https://west.example:6443", ""));

        JsonNode secret = new ObjectMapper().valueToTree(made.secret());
        assertThat(made.warning()).isEmpty();
        assertThat(made.secret().keySet()).containsExactly("apiVersion", "kind", "metadata", "stringData");
        assertThat(secret.path("metadata").toString())
                .isEqualTo("{\"annotations\":{\"networking.istio.io/cluster\":\"west\"},"
                        + "\"labels\":{\"istio/multiCluster\":\"true\"},"
                        + "\"name\":\"istio-remote-secret-west\",\"namespace\":\"istio-system\"}");
        assertThat(new YAMLMapper()
                        .readTree(secret.path("stringData").path("west").asText())
                        .toString())
                .isEqualTo("{\"apiVersion\":\"v1\",\"clusters\":[{\"cluster\":{\"certificate-authority-data\":\""
                        + base64(ROOT) + "\",\"server\":\"https://west.example:6443\"},\"name\":\"west\"}],"
                        + "\"contexts\":[{\"context\":{\"cluster\":\"west\",\"user\":\"west\"},\"name\":\"west\"}],"
                        + "\"current-context\":\"west\",\"kind\":\"Config\","
                        + "\"users\":[{\"name\":\"west\",\"user\":{\"token\":\"s3cret\"}}]}");
    }

    @Test
    void controllersTakeItAsItIs() throws IOException {
        account();
        token("reader-token", READER, "s3cret");

        Made made = make(wish("west", "https://west.example:6443", "kubernetes.default"));
        String kubeconfig = new ObjectMapper()
                .valueToTree(made.secret())
                .path("stringData")
                .path("west")
                .asText();

        assertThat(kubeconfig).contains("tls-server-name: kubernetes.default\n");
        assertThatCode(() -> ApiServer.connectTo(kubeconfig, Set.of()).close()).doesNotThrowAnyException();
    }

    @Test
    void clusterIsNamedByItsUidAndReachedAsByUsIfNothingElseIsSaid() throws IOException {
        account();
        token("reader-token", READER, "s3cret");

        Made made = make(wish("", "", ""));

        assertThat(made.secret().toString()).contains("istio-remote-secret-6e0f", "server: \"" + api.url() + "\"\n");
        assertThat(made.warning()).contains(api.url(), "--server");
    }

    @Test
    void tokensOfOthersAreNotTaken() throws IOException {
        account();
        token("a-other", "somebody", "not this");
        token("b-reader", READER, "this");
        token("c-reader", READER, "nor this");

        assertThat(make(wish("west", "", "")).secret().toString()).contains("token: this\n");
        assertThat(make(new Wish("west", "istio-system", READER, "c-reader", "", "", true, Use.REMOTE, null))
                        .secret()
                        .toString())
                .contains("token: \"nor this\"\n");
        assertThatThrownBy(
                        () -> make(new Wish("west", "istio-system", READER, "a-other", "", "", true, Use.REMOTE, null)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("istio-system/a-other");
    }

    @Test
    void accountWithItsRightsAndTokenIsMade() throws IOException {
        ReaderAccount reader =
                new ReaderAccount(server, () -> token(READER + "-istio-remote-secret-token", READER, "t"));

        Made made = RemoteSecret.of(reader, server, wish("west", "", ""));

        assertThat(made.secret().toString()).contains("token: t\n");
        assertThat(api.find(NAMESPACES, "istio-system")).isNotNull();
        assertThat(api.find(ACCOUNTS, "istio-system/" + READER)).isNotNull();
        assertThat(api.find(RBAC + "clusterroles", "istio-reader-istio-system")).isNotNull();
        assertThat(String.valueOf(api.find(RBAC + "clusterrolebindings", READER + "-istio-system")))
                .contains("\"name\":\"istio-reader-istio-system\"", "\"name\":\"" + READER + "\"");
    }

    @Test
    void providerOfCredentialsStandsInPlaceOfTheToken() throws IOException {
        account();
        token("reader-token", READER, "s3cret");
        Plugin plugin = new Plugin("gcp", Map.of("scopes", "a", "cmd-path", "gcloud"));

        Made made = make(
                new Wish("west", "istio-system", "", "", "https://west.example:6443", "", true, Use.REMOTE, plugin));

        JsonNode kubeconfig = kubeconfig(made, "west");
        assertThat(kubeconfig.path("users").toString())
                .isEqualTo("[{\"name\":\"west\",\"user\":{\"auth-provider\":"
                        + "{\"config\":{\"cmd-path\":\"gcloud\",\"scopes\":\"a\"},\"name\":\"gcp\"}}}]");
        assertThat(kubeconfig
                        .at("/clusters/0/cluster/certificate-authority-data")
                        .asText())
                .isEqualTo(base64(ROOT));
        assertThat(made.secret().toString()).doesNotContain("s3cret");
    }

    @Test
    void settingsAreReadAsTheControllerUnderANameOfTheirOwn() throws IOException {
        Wish wish = new Wish("west", "istio-system", "", "", "", "", true, Use.CONFIG, null);
        assertThatThrownBy(() -> make(wish))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("istio-system/istiod");
        assertThat(api.count("POST") + api.count("PATCH")).isZero();

        api.put(ACCOUNTS, "{\"metadata\": {\"namespace\": \"istio-system\", \"name\": \"istiod\"}}");
        token("a-reader", READER, "not this");
        token("istiod-token", "istiod", "this");
        Made made = make(wish);

        JsonNode secret = new ObjectMapper().valueToTree(made.secret());
        assertThat(secret.at("/metadata/name").asText()).isEqualTo("istio-kubeconfig");
        assertThat(secret.at("/metadata/annotations").toString())
                .isEqualTo("{\"networking.istio.io/cluster\":\"west\"}");
        assertThat(secret.path("stringData").size()).isEqualTo(1);
        assertThat(kubeconfig(made, "config").at("/users/0").toString())
                .isEqualTo("{\"name\":\"west\",\"user\":{\"token\":\"this\"}}");
    }

    private static JsonNode kubeconfig(Made made, String key) throws IOException {
        JsonNode secret = new ObjectMapper().valueToTree(made.secret());
        return new YAMLMapper().readTree(secret.path("stringData").path(key).asText());
    }

    @Test
    void nothingIsMadeWhereThatIsNotWished() {
        Wish wish = new Wish("west", "istio-system", READER, "", "", "", false, Use.REMOTE, null);

        assertThatThrownBy(() -> make(wish)).hasMessageContaining("istio-system/" + READER);
        assertThat(api.count("POST") + api.count("PATCH")).isZero();
    }

    @Test
    void tokenThatNobodyWritesIsSaid() throws IOException {
        account();

        assertThatThrownBy(() -> make(wish("west", "", "")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(READER + "-istio-remote-secret-token");
    }

    @Test
    void aNameThatCannotBePartOfOneIsRefused() {
        assertThatThrownBy(() -> wish("West_1", "", "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rightsAreThoseOfTheChart() throws IOException {
        Path chart = Path.of("..", "node-setup", "chart", "istiod-lite", "templates", "reader.yaml");
        String role = Files.readString(chart)
                .lines()
                .filter(line -> !line.contains("{{"))
                .collect(Collectors.joining("\n"))
                .split("\n---\n", -1)[2];

        assertThat(new YAMLMapper().readTree(role).path("rules")).isEqualTo(ReaderAccount.rules());
    }

    private Made make(Wish wish) throws IOException {
        return RemoteSecret.of(new ReaderAccount(server, () -> {}), server, wish);
    }

    private static Wish wish(String cluster, String url, String tlsServerName) {
        return new Wish(cluster, "istio-system", READER, "", url, tlsServerName, true, Use.REMOTE, null);
    }

    private void account() {
        api.put(ACCOUNTS, "{\"metadata\": {\"namespace\": \"istio-system\", \"name\": \"" + READER + "\"}}");
    }

    private void token(String name, String account, String token) {
        api.put(SECRETS, """
                {"metadata": {"namespace": "istio-system", "name": "%s",
                  "annotations": {"kubernetes.io/service-account.name": "%s"}},
                 "type": "kubernetes.io/service-account-token", "data": {"ca.crt": "%s", "token": "%s"}}
                """.formatted(name, account, base64(ROOT), base64(token)));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
