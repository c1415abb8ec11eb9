package mesh.ambit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.identity.SpiffeId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionTelemetryTest {
    private static final SpiffeId WEB = new SpiffeId("cluster.local", "shop", "web");
    private static final SpiffeId ORDERS = new SpiffeId("cluster.local", "shop", "orders");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Metrics metrics = Metrics.of("ztunnel", "");
    private final AtomicLong nanos = new AtomicLong();
    private final ConnectionTelemetry telemetry = new ConnectionTelemetry(TrafficMetrics.on(metrics), nanos::get);

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void theLineOfAnOutboundConnectionHasUpstreamsFieldsInOrder() {
        String line = logged("info", () -> {
            OpenConnection connection = telemetry.opened(hbone(Direction.OUTBOUND));
            connection.received(84);
            connection.sent(162);
            nanos.addAndGet(3_900_000);
            connection.close(ResponseFlag.NONE, null);
        });

        assertThat(line)
                .endsWith("\tinfo\taccess\tconnection complete\tsrc.addr=10.77.1.2:41000 src.workload=\"web-1\" "
                        + "src.namespace=\"shop\" src.identity=\"spiffe://cluster.local/ns/shop/sa/web\" "
                        + "src.cluster=\"Kubernetes\" dst.addr=10.77.2.2:15008 dst.hbone_addr=10.77.2.2:8080 "
                        + "dst.service=\"orders.shop.svc.cluster.local\" dst.workload=\"orders-1\" "
                        + "dst.namespace=\"shop\" dst.identity=\"spiffe://cluster.local/ns/shop/sa/orders\" "
                        + "dst.cluster=\"Kubernetes\" direction=\"outbound\" bytes_sent=84 bytes_recv=162 "
                        + "duration=\"3ms\"\n");
    }

    @Test
    void bytesSentAreTheResponseOnTheDestinationsSide() {
        String line = logged("info", () -> {
            OpenConnection connection = telemetry.opened(hbone(Direction.INBOUND));
            connection.received(84);
            connection.sent(162);
            connection.close(ResponseFlag.CONNECT, "connection refused");
        });

        assertThat(line)
                .contains("\terror\taccess\tconnection complete\t")
                .endsWith("direction=\"inbound\" bytes_sent=162 bytes_recv=84 duration=\"0ms\" "
                        + "error=\"connection refused\"\n");
    }

    @Test
    void identitiesAreLeftOutOnPlaintextAndOpeningIsADebugLine() {
        ConnectionDetails plain = new ConnectionDetails(
                Direction.INBOUND,
                at("10.77.1.2", 41000),
                at("10.77.2.2", 8080),
                null,
                null,
                null,
                null,
                WEB,
                ORDERS,
                false);

        assertThat(logged("info", () -> telemetry.opened(plain))).isEmpty();
        assertThat(logged("access=debug", () -> telemetry.opened(plain)))
                .endsWith("\tdebug\taccess\tconnection opened\t"
                        + "src.addr=10.77.1.2:41000 dst.addr=10.77.2.2:8080 direction=\"inbound\"\n");
    }

    @Test
    void anEarlyDenyHasFourFields() {
        String line = logged(
                "info",
                () -> telemetry.deniedEarly(
                        Direction.INBOUND, at("10.77.1.2", 1), at("10.77.2.2", 15008), "tls handshake error: eof"));

        assertThat(line)
                .endsWith("\twarn\taccess\tconnection failed\tsrc.addr=10.77.1.2:1 dst.addr=10.77.2.2:15008 "
                        + "direction=\"inbound\" error=\"tls handshake error: eof\"\n");
    }

    @Test
    void whatAPeerSaysAtLengthIsCut() {
        String line = logged(
                "info",
                () -> telemetry.deniedEarly(
                        Direction.INBOUND,
                        at("10.77.1.2", 1),
                        at("10.77.2.2", 15008),
                        "no port: " + "x".repeat(60_000)));

        assertThat(line).hasSizeLessThan(1_300).endsWith("xxx...\"\n");
    }

    @Test
    void aScrapeSeesBytesOfOpenConnections() {
        OpenConnection connection = telemetry.opened(hbone(Direction.OUTBOUND));
        connection.received(84);

        assertThat(sample("istio_tcp_received_bytes_total"))
                .singleElement()
                .asString()
                .endsWith("} 84.0");
        assertThat(sample("istio_tcp_connections_opened_total"))
                .singleElement()
                .asString()
                .endsWith("} 1.0");
        assertThat(sample("istio_tcp_connections_closed_total")).isEmpty();
    }

    @Test
    void theFinalFlagIsOnTheClosedCounterOnly() {
        OpenConnection connection = telemetry.opened(hbone(Direction.OUTBOUND));
        connection.close(ResponseFlag.DENY, "denied");
        connection.close(ResponseFlag.CONNECT, "again");

        assertThat(sample("istio_tcp_connections_opened_total"))
                .singleElement()
                .asString()
                .contains("response_flags=\"-\"");
        assertThat(sample("istio_tcp_connections_closed_total"))
                .singleElement()
                .asString()
                .contains("response_flags=\"DENY\"")
                .endsWith("} 1.0");
        assertThat(sample("istio_tcp_connections_failed_total")).hasSize(1);
    }

    @Test
    void localityLabelsComeAllTogetherOrNotAtAll() {
        telemetry.opened(hbone(Direction.OUTBOUND));
        telemetry.opened(new ConnectionDetails(
                Direction.OUTBOUND,
                at("10.77.1.2", 1),
                at("192.0.2.1", 443),
                null,
                null,
                null,
                null,
                null,
                null,
                false));

        List<String> opened = sample("istio_tcp_connections_opened_total");
        assertThat(opened).hasSize(2);
        assertThat(opened)
                .filteredOn(line -> line.contains("source_region=\"eu-1\""))
                .singleElement()
                .asString()
                .contains(
                        "destination_zone=\"unknown\"",
                        "source_principal=\"spiffe://cluster.local/ns/shop/sa/web\"",
                        "destination_service_name=\"orders\"",
                        "connection_security_policy=\"mutual_tls\"");
        assertThat(opened)
                .filteredOn(line -> !line.contains("_region="))
                .singleElement()
                .asString()
                .contains("source_workload=\"unknown\"");
    }

    @Test
    void aProxyOfOneWorkloadHasNoPodsOnItsPage() {
        PodProxyMetrics.unseen().started();
        assertThat(page()).doesNotContain("workload_manager");
    }

    @Test
    void theOtherFamiliesHaveUpstreamsNames() {
        XdsMetrics xds = new XdsMetrics(metrics);
        xds.terminated("Complete");
        xds.message("type.googleapis.com/istio.workload.Address", 120);
        PodProxyMetrics pods = new PodProxyMetrics(metrics);
        pods.started();
        telemetry.socketOpened(Direction.INBOUND);
        telemetry.socketOpened(Direction.INBOUND);
        telemetry.socketClosed(Direction.INBOUND);

        String page = page();
        assertThat(page)
                .doesNotContain("istio_tcp_sockets_open{reporter=\"source\"}")
                .contains(
                        "istio_build{component=\"ztunnel\",tag=\"unknown\"} 1",
                        "istio_xds_connection_terminations_total{reason=\"Complete\"} 1.0",
                        "istio_xds_message_total{url=\"type.googleapis.com/istio.workload.Address\"} 1.0",
                        "istio_xds_message_bytes_total{url=\"type.googleapis.com/istio.workload.Address\"} 120.0",
                        "workload_manager_active_proxy_count 1",
                        "workload_manager_pending_proxy_count 0",
                        "workload_manager_proxies_started_total 1.0",
                        "istio_tcp_sockets_open{reporter=\"destination\"} 1.0")
                .containsPattern("process_open_fds \\d")
                .containsPattern("process_max_fds \\d")
                .endsWith("# EOF\n");
    }

    private static ConnectionDetails hbone(Direction direction) {
        return new ConnectionDetails(
                direction,
                at("10.77.1.2", 41000),
                at("10.77.2.2", 15008),
                "10.77.2.2:8080",
                new WorkloadLabels("web-1", "web", "shop", "web", "v1", "web", "Kubernetes", "eu-1", "eu-1a"),
                new WorkloadLabels("orders-1", "orders", "shop", "orders", "", "orders", "Kubernetes", "", ""),
                new ServiceLabels("orders.shop.svc.cluster.local", "shop", "orders"),
                WEB,
                ORDERS,
                true);
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private String logged(String filter, Runnable work) {
        out.reset();
        try (Logging _ = Logging.start(LogFilter.parse(filter), LogFormat.PLAIN, out)) {
            work.run();
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private List<String> sample(String name) {
        return page().lines().filter(line -> line.startsWith(name + "{")).toList();
    }

    private String page() {
        return metrics.page("").body();
    }
}
