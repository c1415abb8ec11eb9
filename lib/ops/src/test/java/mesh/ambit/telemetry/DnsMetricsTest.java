package mesh.ambit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DnsMetricsTest {
    private final Metrics metrics = Metrics.of("ztunnel", "");
    private final DnsMetrics.Series series = DnsMetrics.on(metrics).of("A", "udp", null);

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void bucketsAreNamedByDecimalNumbers() {
        series.returned(400_000, true);

        assertThat(metrics.page("").body().lines().filter(line -> line.contains("_seconds_bucket{")))
                .extracting(line -> line.replaceAll(".*le=\"([^\"]*)\"} (.*)", "$1 $2"))
                .containsExactly("0.0005 1", "0.001 1", "0.01 1", "0.1 1", "1.0 1", "5.0 1", "+Inf 1");
    }

    @Test
    void whatWaitsForAnAnswerIsCountedAsForwardedButHasTakenNoTime() {
        series.forwarded();

        assertThat(metrics.page("").body())
                .contains("istio_dns_upstream_requests_total{")
                .doesNotContain("istio_dns_upstream_request_duration_seconds_count{")
                .doesNotContain("istio_dns_upstream_failures_total{");
    }
}
