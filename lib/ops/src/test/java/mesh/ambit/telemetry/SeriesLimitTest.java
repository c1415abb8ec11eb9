package mesh.ambit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import mesh.ambit.telemetry.RequestMetrics.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SeriesLimitTest {
    private final Metrics metrics = Metrics.of("ztunnel", "");

    @AfterEach
    void close() {
        metrics.close();
    }

    private static ConnectionDetails from(String client) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        WorkloadLabels source = WorkloadLabels.ofBaggage("c1", "shop", client, client, "v1", "", "");
        return new ConnectionDetails(Direction.INBOUND, address, address, null, source, null, null, null, null, true);
    }

    @Test
    void whatComesTooLateSharesASeriesAndNoTotalIsLost() {
        ConnectionTelemetry telemetry = new ConnectionTelemetry(TrafficMetrics.on(metrics, 3), System::nanoTime);
        for (int i = 0; i < 1_000; i++) {
            telemetry.opened(from("client-" + i)).close(ResponseFlag.NONE, null);
        }
        // Those that are known stay known.
        telemetry.opened(from("client-0")).close(ResponseFlag.NONE, null);

        String page = metrics.page("").body();
        assertThat(page.lines().filter(line -> line.startsWith("istio_tcp_connections_opened_total{")))
                .hasSize(4)
                .anyMatch(line -> line.contains("source_workload=\"overflow\"")
                        && line.contains("connection_security_policy=\"mutual_tls\"")
                        && line.endsWith(" 997.0"))
                .anyMatch(line -> line.contains("source_workload=\"client-0\"") && line.endsWith(" 2.0"));
        assertThat(page).contains("ambit_metric_series_overflow_total 997.0");
    }

    @Test
    void requestsAreCountedUnderIstiosNamesWithAReporterOfTheirOwn() {
        RequestMetrics requests = RequestMetrics.on(metrics, 100);
        requests.add(from("web"), new Request("http", 200, null, 700_000));
        requests.add(from("web"), new Request("http", 200, null, 30_000_000));
        requests.add(from("web"), new Request("grpc", 200, "14", 5_000_000));

        String page = metrics.page("").body();
        assertThat(page.lines().filter(line -> line.startsWith("istio_requests_total{")))
                .hasSize(2)
                .allMatch(line -> line.contains("reporter=\"ztunnel\"") && line.contains("source_workload=\"web\""))
                .anyMatch(line -> line.contains("request_protocol=\"http\"")
                        && line.contains("response_code=\"200\"")
                        && !line.contains("grpc_response_status")
                        && line.endsWith(" 2.0"))
                .anyMatch(line -> line.contains("request_protocol=\"grpc\"")
                        && line.contains("grpc_response_status=\"14\"")
                        && line.endsWith(" 1.0"));
        assertThat(page.lines()
                        .filter(line -> line.startsWith("istio_request_duration_milliseconds_bucket{")
                                && line.contains("request_protocol=\"http\"")))
                .hasSize(20)
                .anyMatch(line -> line.contains("le=\"0.5\"") && line.endsWith(" 0"))
                .anyMatch(line -> line.contains("le=\"1.0\"") && line.endsWith(" 1"))
                .anyMatch(line -> line.contains("le=\"50.0\"") && line.endsWith(" 2"))
                .anyMatch(line -> line.contains("le=\"+Inf\"") && line.endsWith(" 2"));
    }

    @Test
    void aMetricPageWithoutRequestsShowsNone() {
        RequestMetrics.on(metrics, 100);

        assertThat(metrics.page("").body()).doesNotContain("istio_requests");
    }
}
