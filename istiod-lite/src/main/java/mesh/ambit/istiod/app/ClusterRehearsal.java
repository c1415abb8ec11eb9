package mesh.ambit.istiod.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.issuer.AuthorityConfig;
import mesh.ambit.istiod.issuer.FileMaterialStore;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.issuer.Subject;

/**
 * Runs the controller on a made-up cluster whose API server is on loopback, until it has followed a few changes.
 * Start-up caches are recorded from a mesh on one machine, which has no API server: a controller that has rehearsed this before it begins
 * leaves in the recording what a start on Kubernetes needs.
 */
public final class ClusterRehearsal {
    private static final int PODS = 1000;
    private static final int SERVICES = 100;
    private static final int NODES = 10;
    private static final int CHANGES = 300;
    private static final long PATIENCE_SECONDS = 30;

    private static final long LOOK_MILLIS = 100;
    private static final String MORE = "more-";
    private static final String ANY_PORT = "127.0.0.1:0";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> kept = new ConcurrentHashMap<>();
    private final CountDownLatch over = new CountDownLatch(1);

    private ClusterRehearsal() {}

    /**
     * Runs once; takes a few seconds.
     *
     * @throws IOException if there is no loopback or no folder for temporary files
     */
    public static void run() throws IOException, InterruptedException {
        new ClusterRehearsal().perform();
    }

    private void perform() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("rehearsal");
        Path kubeconfig = folder.resolve("kubeconfig");
        try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
                AuthorityParts authority = authority(folder.resolve("server"))) {
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls(authority)));
            server.setExecutor(calls);
            server.createContext("/", this::answer);
            server.start();
            Files.writeString(
                    kubeconfig,
                    kubeconfig(
                            server.getAddress().getPort(),
                            authority.authority().trust().bundle()));
            try (IstiodLite controller = IstiodLite.start(config(folder, kubeconfig), InstantSource.system())) {
                awaitLastPod(controller);
            } finally {
                over.countDown();
                server.stop(0);
            }
        } finally {
            remove(folder);
        }
    }

    /** Signs for the server, as a cluster's authority does for its own. */
    private static AuthorityParts authority(Path folder) {
        return AuthorityParts.open(
                AuthorityConfig.from(Environment.of(Map.of())).orAuditTo(folder.resolve("audit.jsonl")),
                folder,
                new FileMaterialStore(folder, MeshSettings.DEFAULT.systemNamespace()),
                List.of(),
                MeshSettings.DEFAULT.trustDomain(),
                new Subject.Server(List.of("localhost"), List.of(InetAddress.ofLiteral("127.0.0.1"))),
                () -> Placement.NONE,
                InstantSource.system());
    }

    private static SSLContext tls(AuthorityParts authority) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {authority.serving().keyManager()}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /** A controller that finds nobody else's ports or files. */
    private static IstiodLiteConfig config(Path folder, Path kubeconfig) {
        IstiodLiteOptions options = new IstiodLiteOptions();
        options.kubeconfig = kubeconfig;
        options.state = folder.resolve("state");
        options.secureGrpcAddr = ANY_PORT;
        options.httpAddr = ANY_PORT;
        options.monitoringAddr = ANY_PORT;
        try {
            return IstiodLiteConfig.of(options, Environment.of(Map.of()), 2);
        } catch (ConfigException e) {
            throw new IllegalStateException("our own options are wrong: " + e.problems(), e);
        }
    }

    /** Waits until the mesh has the last pod that the server tells of. */
    private static void awaitLastPod(IstiodLite controller) throws IOException, InterruptedException {
        URL page = URI.create("http://127.0.0.1:" + controller.httpPort() + "/debug/ambientz")
                .toURL();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline) {
            try (InputStream body = page.openStream()) {
                if (new String(body.readAllBytes(), StandardCharsets.UTF_8).contains(MORE + (CHANGES - 1) + "\"")) {
                    return;
                }
            }
            Thread.sleep(LOOK_MILLIS);
        }
        throw new IOException("the rehearsed cluster was not followed within " + PATIENCE_SECONDS + " s");
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            if (query.contains("watch=")) {
                watch(exchange, path);
            } else if (query.contains("limit=")) {
                reply(
                        exchange,
                        200,
                        "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":" + items(path) + "}");
            } else {
                one(exchange, path);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(HttpExchange exchange, String path) throws IOException, InterruptedException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        if (path.endsWith("/pods")) {
            for (int i = 0; i < CHANGES; i++) {
                write(out, "{\"type\":\"ADDED\",\"object\":" + pod(MORE, i) + "}\n");
            }
        }
        out.flush();
        over.await();
    }

    /** Keeps what is written (secrets, leases, the trust bundle) and knows of nothing else. */
    private void one(HttpExchange exchange, String path) throws IOException {
        JsonNode sent = JSON.readTree(exchange.getRequestBody());
        if (exchange.getRequestMethod().equals("GET")) {
            String known = kept.get(path);
            reply(exchange, known == null ? 404 : 200, known == null ? "{\"kind\":\"Status\",\"code\":404}" : known);
        } else if (sent instanceof ObjectNode object) {
            String name = object.path("metadata").path("name").asText("");
            object.withObject("/metadata").put("resourceVersion", "2");
            kept.put(exchange.getRequestMethod().equals("POST") ? path + "/" + name : path, object.toString());
            reply(exchange, 200, object.toString());
        } else {
            reply(exchange, 200, "{}");
        }
    }

    private static void reply(HttpExchange exchange, int code, String text) throws IOException {
        exchange.sendResponseHeaders(code, 0);
        write(exchange.getResponseBody(), text);
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Collection<String> items(String path) {
        return switch (path.substring(path.lastIndexOf('/') + 1)) {
            case "pods" -> all(PODS, i -> pod("pod-", i));
            case "services" -> all(SERVICES, ClusterRehearsal::service);
            case "endpointslices" -> all(SERVICES, ClusterRehearsal::slice);
            case "nodes" -> all(NODES, i -> object("Node", "", "node-" + i, "", ""));
            case "namespaces" ->
                all(1, _ -> object("Namespace", "", "shop", "\"istio.io/dataplane-mode\":\"ambient\"", ""));
            default -> all(0, String::valueOf);
        };
    }

    private static Collection<String> all(int count, IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).collect(Collectors.toList());
    }

    private static String pod(String prefix, int index) {
        String address = "10." + (prefix.startsWith("more") ? 7 : 6) + "." + index / 250 + "." + (index % 250 + 1);
        return object(
                "Pod",
                "shop",
                prefix + index,
                "\"app\":\"app-" + index % SERVICES + "\",\"version\":\"v1\"",
                ",\"spec\":{\"nodeName\":\"node-" + index % NODES + "\",\"serviceAccountName\":\"app-"
                        + index % SERVICES
                        + "\",\"containers\":[{\"name\":\"app\",\"image\":\"app:1\",\"ports\":[{\"name\":\"http\","
                        + "\"containerPort\":8080,\"protocol\":\"TCP\"}]}],\"tolerations\":[{\"operator\":\"Exists\"}]},"
                        + "\"status\":{\"phase\":\"Running\",\"podIP\":\"" + address + "\",\"podIPs\":[{\"ip\":\""
                        + address + "\"}],\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}");
    }

    private static String service(int index) {
        return object(
                "Service",
                "shop",
                "app-" + index,
                "",
                ",\"spec\":{\"clusterIP\":\"10.8.0." + (index + 1) + "\",\"clusterIPs\":[\"10.8.0." + (index + 1)
                        + "\"],\"selector\":{\"app\":\"app-" + index
                        + "\"},\"ports\":[{\"name\":\"http\",\"port\":80,\"targetPort\":8080}]}");
    }

    private static String slice(int index) {
        return object(
                "EndpointSlice",
                "shop",
                "app-" + index + "-x",
                "\"kubernetes.io/service-name\":\"app-" + index + "\"",
                ",\"addressType\":\"IPv4\",\"endpoints\":[],\"ports\":[]");
    }

    private static String object(String kind, String namespace, String name, String labels, String rest) {
        return String.format(
                Locale.ROOT,
                "{\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\",\"uid\":\"u-%s\","
                        + "\"resourceVersion\":\"1\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\",\"labels\":{%s},"
                        + "\"annotations\":{\"ambient.istio.io/redirection\":\"enabled\"},\"managedFields\":[{\"manager\":"
                        + "\"kubelet\",\"fieldsV1\":{\"f:status\":{\"f:phase\":{}}}}]}%s}",
                kind,
                name,
                namespace,
                name,
                labels,
                rest);
    }

    private static String kubeconfig(int port, String roots) {
        return """
                apiVersion: v1
                kind: Config
                current-context: rehearsal
                clusters:
                - name: rehearsal
                  cluster: {server: "https://127.0.0.1:%d", certificate-authority-data: %s}
                users: [{name: rehearsal, user: {token: rehearsal}}]
                contexts: [{name: rehearsal, context: {cluster: rehearsal, user: rehearsal}}]
                """.formatted(port, Base64.getEncoder().encodeToString(roots.getBytes(StandardCharsets.UTF_8)));
    }
}
