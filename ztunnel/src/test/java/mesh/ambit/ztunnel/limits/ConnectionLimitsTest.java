package mesh.ambit.ztunnel.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.LimitMetrics;
import mesh.ambit.telemetry.Metrics;
import mesh.ambit.ztunnel.limits.ConnectionLimits.Owner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
    private static final Owner WEB =
            new Owner(Direction.INBOUND, SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/web"));
    private static final Owner API =
            new Owner(Direction.INBOUND, SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/api"));

    private final Metrics metrics = Metrics.of("ztunnel", "test");
    private final Overload overload = Overload.never();
    private long nanos = -1;
    private final ConnectionLimits limits = new ConnectionLimits(
            new LimitSettings(100, 2, 0, Duration.ZERO, 0, 0), overload, new LimitMetrics(metrics), () -> nanos);

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void podMayHaveSoManyAndNoMore() {
        assertThat(limits.refusal(Direction.OUTBOUND, 99, null)).isNull();
        assertThat(limits.refusal(Direction.OUTBOUND, 100, null)).isEqualTo(Refusal.POD_CONNECTIONS);

        assertThat(metrics.page("").body())
                .contains("ambit_connections_refused_total{reason=\"pod_connections\",reporter=\"source\"} 1.0");
    }

    @Test
    void identityMayHaveSoManyAndOthersAreNotConcerned() {
        limits.opened(WEB);
        assertThat(limits.refusal(Direction.INBOUND, 1, WEB)).isNull();
        limits.opened(WEB);

        assertThat(limits.refusal(Direction.INBOUND, 2, WEB)).isEqualTo(Refusal.IDENTITY_CONNECTIONS);
        assertThat(limits.refusal(Direction.INBOUND, 2, API)).isNull();

        limits.closed(WEB);
        assertThat(limits.refusal(Direction.INBOUND, 1, WEB)).isNull();
    }

    @Test
    void overloadRefusesEverybody() {
        overload.onExhausted();

        assertThat(limits.refusal(Direction.INBOUND, 0, API)).isEqualTo(Refusal.DESCRIPTORS);
    }

    @Test
    void stormOfRefusalsIsLoggedOnceASecond() {
        assertThat(limits.mayLog()).isTrue();
        assertThat(limits.mayLog()).isFalse();

        nanos += 1_000_000_000;

        assertThat(limits.mayLog()).isTrue();
    }
}
