package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import mesh.ambit.config.Environment;
import mesh.ambit.model.Workload;
import mesh.ambit.telemetry.LogFilter;
import mesh.ambit.telemetry.LogFormat;
import mesh.ambit.telemetry.Logging;
import mesh.ambit.testkit.Await;
import mesh.ambit.testkit.FakeAds;
import mesh.ambit.testkit.FakeCa;
import mesh.ambit.testkit.LabNamespace;
import mesh.ambit.testkit.NetnsLab;
import mesh.ambit.testkit.TestAuthority;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Daemons for one workload each, in its network namespace: no node agent, no control plane, a mesh from a file. */
@Tag("netns")
class DedicatedIT {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @RegisterExtension
    final NetnsLab namespaces = new NetnsLab();

    @TempDir
    Path folder;

    private final TestAuthority authority = new TestAuthority("lab");
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final Logging logging = Logging.start(LogFilter.parse("info"), LogFormat.PLAIN, log);
    private final List<AutoCloseable> open = new ArrayList<>();
    private LabNamespace web;
    private LabNamespace orders;

    @BeforeEach
    void describeTheMesh() throws IOException {
        web = namespaces.pod("web");
        orders = namespaces.pod("orders");
        Files.writeString(folder.resolve("root.pem"), authority.rootPem());
        Files.writeString(folder.resolve("mesh.yaml"), """
                workloads:
                - {uid: web, name: web, namespace: shop, serviceAccount: web, trustDomain: cluster.local,
                   workloadIps: [%s], protocol: HBONE, services: {}}
                - {uid: orders, name: orders, namespace: shop, serviceAccount: orders, trustDomain: cluster.local,
                   workloadIps: [%s], protocol: HBONE, services: {shop/orders.shop: {80: 8080}}}
                services:
                - {name: orders, namespace: shop, hostname: orders.shop, vips: [/10.96.0.1], ports: {80: 8080}}
                """.formatted(
                        web.ipv4().getHostAddress(), orders.ipv4().getHostAddress()));
        open.add(new EchoApp(orders, 8080));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        logging.close();
    }

    @Test
    void twoWorkloadsTalkUnderTheirIdentities() throws Exception {
        Capture.of(web);
        Capture.of(orders);
        FakeCa first = serve(web, "web");
        FakeCa second = serve(orders, "orders");

        assertThat(EchoApp.talk(web, InetAddress.ofLiteral("10.96.0.1"), 80, "ping"))
                .as(() -> "the daemons said: " + log.toString(StandardCharsets.UTF_8))
                .startsWith("hello ")
                .endsWith(": ping\n");

        Await.until("both ends have logged", () -> accessLog().size() == 2);
        assertThat(accessLog())
                .allMatch(line -> line.contains("src.identity=\"spiffe://cluster.local/ns/shop/sa/web\"")
                        && line.contains("dst.identity=\"spiffe://cluster.local/ns/shop/sa/orders\"")
                        && line.contains("dst.addr=" + orders.ipv4().getHostAddress() + ":15008"));
        assertThat(Stream.of(first, second).flatMap(ca -> ca.requests().stream()))
                .as("each for itself alone")
                .hasSize(2)
                .allMatch(request -> !request.getMetadata().containsFields("ImpersonatedIdentity"));
    }

    @Test
    void whoConnectsBeforeTheMeshIsKnownIsServedThen() throws Exception {
        Capture.of(web);
        FakeAds ads = FakeAds.start(authority);
        open.add(ads);
        open.add(new WayOut(web, ads.address().getPort()));
        start(
                web,
                "web",
                Map.of(
                        "XDS_ADDRESS", ads.address().toString(),
                        "XDS_ROOT_CA", folder.resolve("root.pem").toString()));
        FakeAds.Stream stream = ads.awaitStream();
        stream.awaitRequest();
        stream.awaitRequest();

        try (Socket early = EchoApp.dial(web, orders.ipv4(), 8080)) {
            stream.sendAddresses(List.of(Workload.builder("web")
                    .name("web")
                    .namespace("shop")
                    .serviceAccount("web")
                    .addresses(List.of(web.ipv4()))
                    .build()));
            stream.sendPolicies(List.of());

            assertThat(EchoApp.exchange(early, "ping")).startsWith("hello ");
        }
    }

    /** Starts a daemon that knows the mesh of the file, waits for it, and returns the CA that it asks. */
    private FakeCa serve(LabNamespace pod, String name) throws Exception {
        Started started = start(
                pod, name, Map.of("LOCAL_XDS_PATH", folder.resolve("mesh.yaml").toString(), "XDS_ADDRESS", ""));
        Await.until("ready", started.ztunnel()::isReady);
        return started.ca();
    }

    private record Started(Ztunnel ztunnel, FakeCa ca) {}

    /** Starts a daemon for the workload {@code name} whose sockets are all in {@code pod}, with a CA of its own. */
    private Started start(LabNamespace pod, String name, Map<String, String> mesh) throws Exception {
        FakeCa ca = FakeCa.start(authority);
        open.add(ca);
        ca.behave((request, responses) -> {
            responses.onNext(ca.chain(request, "spiffe://cluster.local/ns/shop/sa/" + name, Duration.ofHours(1)));
            responses.onCompleted();
        });
        open.add(new WayOut(pod, ca.address().getPort()));
        Map<String, String> env = new HashMap<>(mesh);
        env.putAll(Map.of(
                "PROXY_MODE", "dedicated",
                "PROXY_WORKLOAD_INFO", "shop/" + name + "/" + name,
                "PACKET_MARK", "1337",
                "CA_ADDRESS", ca.address().toString(),
                "CA_ROOT_CA", folder.resolve("root.pem").toString(),
                "AUTH_TOKEN", "token",
                "CONNECTION_TERMINATION_DEADLINE", "5s"));
        // Threads that are started by one in the pod's namespace are there too.
        Ztunnel ztunnel = pod.call(() -> {
            Ztunnel made = new Ztunnel(
                    ZtunnelConfig.from(Environment.of(env), 2), logging.levels(), new AdminServers.Ports(0, 0, 0));
            made.start();
            return made;
        });
        CompletableFuture<Integer> ended = MeshLab.endOf(ztunnel);
        open.add(() -> {
            ztunnel.shutdown();
            ended.join();
        });
        return new Started(ztunnel, ca);
    }

    private List<String> accessLog() {
        return log.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("\taccess\t"))
                .toList();
    }

    /** Makes a port of the test's own loopback reachable at the same port of a pod's. */
    private static final class WayOut implements AutoCloseable {
        private final ServerSocket listener;

        WayOut(LabNamespace pod, int port) throws IOException {
            listener = pod.call(() -> new ServerSocket(port, 8, LOOPBACK));
            Thread.ofPlatform().daemon().name("way-out").start(() -> serve(port));
        }

        private void serve(int port) {
            while (!listener.isClosed()) {
                try {
                    Socket in = listener.accept();
                    Socket out = new Socket(LOOPBACK, port);
                    Thread.ofPlatform().daemon().name("way-out").start(() -> copy(in, out));
                    Thread.ofPlatform().daemon().name("way-back").start(() -> copy(out, in));
                } catch (IOException e) {
                    // Closed, or nobody is there to be reached: whoever called learns of it.
                }
            }
        }

        private static void copy(Socket from, Socket to) {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // One of them has ended.
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
