package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.istiod.push.AdsClient;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From files to what a node's proxy is told, over TLS. */
class DiscoveryIT {
    private static final String WEB = "Kubernetes//Pod/shop/web";
    private static final String SERVICE = "shop/web.shop.svc.cluster.local";

    @TempDir
    Path directory;

    private ControllerLab lab;

    @BeforeEach
    void startController() throws Exception {
        lab = new ControllerLab(directory);
        lab.write("web.yaml", Shop.pod("web", "node-a", "10.77.1.2") + Shop.service("web"));
        lab.write("policy.yaml", Shop.policy("allow-web"));
        lab.start();
    }

    @AfterEach
    void stopController() {
        lab.close();
    }

    @Test
    void folderIsServedAndFollowed() throws Exception {
        try (AdsClient proxy = lab.proxy("node-a")) {
            proxy.subscribe(AdsClient.ADDRESS);
            DeltaDiscoveryResponse addresses = proxy.next();
            assertThat(versions(addresses)).containsOnlyKeys(WEB, SERVICE);
            proxy.acknowledge(addresses);
            proxy.subscribe(AdsClient.AUTHORIZATION);
            DeltaDiscoveryResponse policies = proxy.next();
            assertThat(versions(policies)).containsOnlyKeys("shop/allow-web");
            proxy.acknowledge(policies);

            lab.write("db.yaml", Shop.pod("db", "node-b", "10.77.2.2"));
            DeltaDiscoveryResponse added = proxy.next();
            assertThat(versions(added)).containsOnlyKeys("Kubernetes//Pod/shop/db");

            Files.delete(lab.folder.resolve("db.yaml"));
            DeltaDiscoveryResponse removed = proxy.next();
            assertThat(removed.getResourcesList()).isEmpty();
            assertThat(removed.getRemovedResourcesList()).containsExactly("Kubernetes//Pod/shop/db");
        }
    }

    @Test
    void reconnectAfterARestartIsSparedWhatItHolds() throws Exception {
        Map<String, String> held;
        try (AdsClient proxy = lab.proxy("node-a")) {
            proxy.subscribe(AdsClient.ADDRESS);
            held = versions(proxy.next());
        }

        lab.stop();
        lab.write("web.yaml", Shop.pod("web", "node-a", "10.77.1.3") + Shop.service("web"));
        lab.start();

        try (AdsClient proxy = lab.proxy("node-a")) {
            proxy.send(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(AdsClient.ADDRESS)
                    .putAllInitialResourceVersions(held)
                    .putInitialResourceVersions("Kubernetes//Pod/shop/gone", "1"));
            DeltaDiscoveryResponse response = proxy.next();

            assertThat(versions(response)).containsOnlyKeys(WEB);
            assertThat(response.getRemovedResourcesList()).containsExactly("Kubernetes//Pod/shop/gone");
        }
    }

    @Test
    void rejectionIsNotAnsweredAndShownOnTheDebugPage() throws Exception {
        try (AdsClient proxy = lab.proxy("node-a")) {
            proxy.subscribe(AdsClient.ADDRESS);
            DeltaDiscoveryResponse response = proxy.next();
            proxy.send(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(AdsClient.ADDRESS)
                    .setResponseNonce(response.getNonce())
                    .setErrorDetail(
                            mesh.ambit.protocol.discovery.Status.newBuilder().setMessage("planted")));
            proxy.subscribe(AdsClient.AUTHORIZATION);
            assertThat(proxy.next().getTypeUrl()).isEqualTo(AdsClient.AUTHORIZATION);

            assertThat(lab.page("/debug/syncz").body()).contains("\"status\": \"ERROR\"", "\"lastError\": \"planted\"");
            proxy.finish();
        }
    }

    @Test
    void whatClientsMakeUpIsNotCountedByName() throws Exception {
        try (AdsClient proxy = lab.proxy("node-a")) {
            proxy.subscribe("istio.io/debug/made-up");
            assertThat(proxy.next().getTypeUrl()).isEqualTo("istio.io/debug/made-up");

            ControllerLab.until(
                    "the answer is counted",
                    () -> lab.page(lab.running().monitoringPort(), "/metrics")
                            .body()
                            .contains("pilot_xds_pushes{type=\"istio.io/debug\"} 1.0"));
            assertThat(lab.page(lab.running().monitoringPort(), "/metrics").body())
                    .doesNotContain("made-up");
        }
    }

    @Test
    void countsAreShownUnderUpstreamsNames() throws Exception {
        try (AdsClient proxy = lab.proxy("node-a")) {
            proxy.subscribe(AdsClient.ADDRESS);
            proxy.next();
            try (AdsClient stranger = new AdsClient(lab.channel(), "garbage", "istio-system", "node-a")) {
                stranger.subscribe(AdsClient.ADDRESS);
                stranger.end();
            }

            List<String> counts = List.of(
                    "pilot_xds{version=\"\"} 1.0",
                    "pilot_xds_pushes{type=\"wds\"} 1.0",
                    "pilot_services 1.0",
                    "citadel_server_authentication_failure_count 1.0");
            ControllerLab.until(
                    "the counts " + counts,
                    () -> lab.page(lab.running().monitoringPort(), "/metrics")
                            .body()
                            .lines()
                            .collect(Collectors.toSet())
                            .containsAll(counts));
            assertThat(lab.page(lab.running().monitoringPort(), "/version").body())
                    .startsWith(AmbitVersion.version());
        }
    }

    @Test
    void strangersAreRefused() throws Exception {
        for (@Nullable String token : new @Nullable String[] {null, "", "garbage", lab.token("node-a") + "x"}) {
            try (AdsClient stranger = new AdsClient(lab.channel(), token, "istio-system", "node-a")) {
                stranger.subscribe(AdsClient.ADDRESS);

                assertThat(stranger.end()).isEqualTo(Status.Code.UNAUTHENTICATED);
            }
        }
    }

    @Test
    void proxyMayNotCallItselfAnothersProxy() throws Exception {
        try (AdsClient proxy = new AdsClient(lab.channel(), lab.token("node-a"), "shop", "node-a")) {
            proxy.subscribe(AdsClient.ADDRESS);

            assertThat(proxy.end()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    @Test
    void brokenFileIsReportedAndChangesNothing() throws Exception {
        try (AdsClient proxy = lab.proxy("node-a")) {
            proxy.subscribe(AdsClient.ADDRESS);
            proxy.acknowledge(proxy.next());

            lab.write("web.yaml", "kind: [");
            ControllerLab.until(
                    "the problem", () -> lab.page("/debug/problems").body().contains("web.yaml:1"));
            lab.write("db.yaml", Shop.pod("db", "node-b", "10.77.2.2"));
            DeltaDiscoveryResponse next = proxy.next();

            assertThat(versions(next)).containsOnlyKeys("Kubernetes//Pod/shop/db");
            assertThat(next.getRemovedResourcesList()).isEmpty();
            assertThat(lab.page("/debug/ambientz").body()).contains(WEB);
        }
    }

    @Test
    void garbageOnThePortHarmsNobody() throws Exception {
        for (String garbage :
                List.of("GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u0000\u0005hello", "PRI * HTTP/2.0\r\n\r\n")) {
            try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), lab.running().grpcPort())) {
                socket.setSoTimeout(30_000);
                socket.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            }
        }

        try (AdsClient proxy = lab.proxy("node-a")) {
            proxy.subscribe(AdsClient.ADDRESS);
            assertThat(versions(proxy.next())).containsKey(WEB);
        }
    }

    @Test
    void connectionsBeyondTheBoundAreClosedAndThoseThatAreOpenServed() throws Exception {
        lab.stop();
        lab.environment.put("AMBIT_MAX_CONNECTIONS", "10");
        lab.start();
        List<Socket> silent = new ArrayList<>();
        try (AdsClient proxy = lab.proxy("node-a")) {
            proxy.subscribe(AdsClient.ADDRESS);
            proxy.acknowledge(proxy.next());

            for (int i = 0; i < 12; i++) {
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), lab.running().grpcPort());
                socket.setSoTimeout(30_000);
                silent.add(socket);
            }

            // Nine have room beside the proxy; connections are accepted in the order in which they come.
            for (Socket refused : silent.subList(9, 12)) {
                assertThat(isEnded(refused)).isTrue();
            }
            assertThat(lab.page(lab.running().monitoringPort(), "/metrics").body())
                    .contains("ambit_connections_refused 3.0");
            lab.write("db.yaml", Shop.pod("db", "node-b", "10.77.2.2"));
            assertThat(versions(proxy.next())).containsOnlyKeys("Kubernetes//Pod/shop/db");
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }

        try (AdsClient proxy = lab.proxy("node-b")) {
            proxy.subscribe(AdsClient.ADDRESS);
            assertThat(versions(proxy.next())).containsKey(WEB);
        }
    }

    /** Returns whether the other side has ended the connection, orderly or not. */
    private static boolean isEnded(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    private static Map<String, String> versions(DeltaDiscoveryResponse response) {
        Map<String, String> versions = new TreeMap<>();
        for (Resource resource : response.getResourcesList()) {
            versions.put(resource.getName(), resource.getVersion());
        }
        return versions;
    }
}
