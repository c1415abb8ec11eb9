package mesh.ambit.istiod.kube.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import mesh.ambit.testkit.TestAuthority;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who proves what to whom on the way to a server. */
@NullMarked
class ApiTlsIT {
    private static final char[] PASSWORD = "secret".toCharArray();
    private static final Duration HOUR = Duration.ofHours(1);

    private final TestAuthority authority = new TestAuthority("cluster");
    private final List<String> callers = new CopyOnWriteArrayList<>();
    private HttpsServer https;

    @BeforeEach
    void listen() throws Exception {
        TestAuthority.Leaf leaf = authority.server("api.example", "10.96.0.1");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, PASSWORD);
        keys.setKeyEntry("server", leaf.key(), PASSWORD, new X509Certificate[] {leaf.certificate()});
        keys.setCertificateEntry("root", authority.root());
        KeyManagerFactory shown = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        shown.init(keys, PASSWORD);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown.getKeyManagers(), trusted.getTrustManagers(), null);
        https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setWantClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        https.createContext("/", exchange -> {
            callers.add(caller((HttpsExchange) exchange));
            byte[] answer = "{\"ok\": true}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        https.start();
    }

    @AfterEach
    void stop() {
        https.stop(0);
    }

    private static String caller(HttpsExchange exchange) throws IOException {
        try {
            X509Certificate shown = (X509Certificate) exchange.getSSLSession().getPeerCertificates()[0];
            return "certificate " + shown.getSerialNumber();
        } catch (SSLPeerUnverifiedException e) {
            return String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        }
    }

    private ApiServer connect(String cluster, String user, String... allowed) throws IOException {
        return ApiServer.connectTo("""
                apiVersion: v1
                kind: Config
                current-context: x
                clusters: [{name: c, cluster: {server: "https://127.0.0.1:%d", %s}}]
                users: [{name: u, user: {%s}}]
                contexts: [{name: x, context: {cluster: c, user: u}}]
                """.formatted(https.getAddress().getPort(), cluster, user), Set.of(allowed));
    }

    private String roots() {
        return "certificate-authority-data: " + base64(authority.rootPem());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void serverProvesTheNameThatIsExpectedOfIt() throws IOException {
        try (ApiServer server = connect(roots() + ", tls-server-name: api.example", "token: abc")) {
            assertThat(server.get("/x").path("ok").asBoolean()).isTrue();
        }
        assertThat(callers).containsExactly("Bearer abc");
    }

    @Test
    void serverOfAnotherNameIsRefused() throws IOException {
        try (ApiServer server = connect(roots(), "token: abc")) {
            assertThatThrownBy(() -> server.get("/x"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1");
        }
        assertThat(callers).isEmpty();
    }

    @Test
    void serverOfAnotherAuthorityIsRefused() throws IOException {
        String others = "certificate-authority-data: " + base64(new TestAuthority("other").rootPem());
        try (ApiServer server = connect(others + ", tls-server-name: api.example", "token: abc")) {
            assertThatThrownBy(() -> server.get("/x"))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("GET /x: ");
        }
        assertThat(callers).isEmpty();
    }

    @Test
    void whoeverIsToldToTrustAnybodyDoes() throws IOException {
        try (ApiServer server = connect("insecure-skip-tls-verify: true", "token: abc", "insecureSkipTLSVerify")) {
            assertThat(server.get("/x").path("ok").asBoolean()).isTrue();
        }
        assertThat(callers).containsExactly("Bearer abc");
    }

    @Test
    void weProveWhoWeAreByCertificate() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        // Of the usual size, as a busy machine needs a minute for the next.
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        Instant now = Instant.now();
        X509Certificate client =
                authority.workload(keys.getPublic(), "spiffe://a/ns/b/sa/c", now.minus(HOUR), now.plus(HOUR));
        String key = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        String user =
                "client-certificate-data: " + base64(TestAuthority.pem(client)) + ", client-key-data: " + base64(key);
        try (ApiServer server = connect(roots() + ", tls-server-name: api.example", user)) {
            assertThat(server.get("/x").path("ok").asBoolean()).isTrue();
        }
        assertThat(callers).containsExactly("certificate " + client.getSerialNumber());
    }
}
