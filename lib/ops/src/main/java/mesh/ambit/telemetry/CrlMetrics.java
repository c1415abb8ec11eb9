package mesh.ambit.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What revocation lists do to connections. Thread-safe. */
public final class CrlMetrics {
    private final MeterRegistry registry;

    /** Creates the family on {@code metrics}' page. */
    public CrlMetrics(Metrics metrics) {
        this.registry = metrics.registry();
    }

    /** Counts a handshake that was refused, or a tunnel that was ended, because the peer's certificate is revoked. */
    public void rejected(Direction direction) {
        Counter.builder("istio.crl.policy.rejections")
                .description("The total number of connections rejected due to certificate revocation (unstable).")
                .tag("reporter", direction.reporter())
                .register(registry)
                .increment();
    }
}
