package mesh.ambit.istiod.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mesh.ambit.istiod.ambient.AmbientEngine;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshUpdate;
import mesh.ambit.istiod.kube.KubernetesMetrics;
import mesh.ambit.istiod.kube.KubernetesSource;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.push.MeshDelta;
import mesh.ambit.istiod.push.PushHub;
import mesh.ambit.istiod.push.PushMetrics;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;

/**
 * Reads a made-up cluster from an API server on loopback, computes its mesh and follows a few changes. Start-up caches are
 * recorded from a mesh on one machine, which has no API server: a controller that has rehearsed this before it begins
 * leaves in the recording what a start on Kubernetes needs.
 */
public final class ClusterRehearsal {
    private static final int PODS = 1000;
    private static final int SERVICES = 100;
    private static final int NODES = 10;
    private static final int CHANGES = 300;
    private static final long PATIENCE_SECONDS = 30;

    private final CountDownLatch followed = new CountDownLatch(CHANGES);
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
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        Path kubeconfig = Files.createTempFile("rehearsal", ".yaml");
        try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
            server.setExecutor(calls);
            server.createContext("/", this::answer);
            server.start();
            Files.writeString(kubeconfig, kubeconfig(server.getAddress().getPort()));
            AmbientEngine engine = new AmbientEngine(MeshSettings.DEFAULT);
            PushHub hub = new PushHub(calls, 1, InstantSource.system(), PushMetrics.NONE);
            try (ApiServer api = ApiServer.connect(kubeconfig);
                    KubernetesSource source = KubernetesSource.open(
                            api,
                            List.of(new ObjectKey(Kind.CONFIG_MAP, MeshSettings.DEFAULT.systemNamespace(), "istio")),
                            KubernetesMetrics.NONE,
                            (changes, _) -> take(changes, engine, hub),
                            InstantSource.system(),
                            new Random())) {
                if (!followed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException("the rehearsed cluster was not followed: " + source.troubles());
                }
            } finally {
                over.countDown();
            }
        } finally {
            server.stop(0);
            Files.deleteIfExists(kubeconfig);
        }
    }

    private void take(ObjectChanges changes, AmbientEngine engine, PushHub hub) {
        MeshUpdate update = engine.apply(changes.put().values(), changes.removed());
        hub.publish(
                new MeshDelta(
                        update.addresses(), update.removedAddresses(), update.policies(), update.removedPolicies()),
                System.nanoTime());
        changes.put().keySet().stream()
                .filter(key -> key.name().startsWith("more-"))
                .forEach(_ -> followed.countDown());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                if (query.contains("watch=")) {
                    if (path.endsWith("/pods")) {
                        for (int i = 0; i < CHANGES; i++) {
                            write(out, "{\"type\":\"ADDED\",\"object\":" + pod("more-", i) + "}\n");
                        }
                    }
                    out.flush();
                    over.await();
                } else {
                    write(
                            out,
                            "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":" + items(path)
                                    + "}");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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

    private static String kubeconfig(int port) {
        return """
                apiVersion: v1
                kind: Config
                current-context: rehearsal
                clusters: [{name: rehearsal, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: rehearsal, user: {token: rehearsal}}]
                contexts: [{name: rehearsal, context: {cluster: rehearsal, user: rehearsal}}]
                """.formatted(port);
    }
}
