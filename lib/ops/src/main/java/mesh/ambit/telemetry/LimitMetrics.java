package mesh.ambit.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What a node proxy refused to protect itself. Names of ours. Thread-safe. */
public final class LimitMetrics {
    private final MeterRegistry registry;

    /** Creates the family on {@code metrics}' page. */
    public LimitMetrics(Metrics metrics) {
        this.registry = metrics.registry();
    }

    /** Counts a connection that was not taken. */
    public void refused(Direction direction, String reason) {
        Counter.builder("ambit.connections.refused")
                .description("The total number of connections that a limit refused (unstable).")
                .tag("reporter", direction.reporter())
                .tag("reason", reason)
                .register(registry)
                .increment();
    }

    /** Counts a tunnel that was ended because its peer broke the protocol or abused it. */
    public void violation(Direction direction, String reason) {
        Counter.builder("ambit.tunnel.violations")
                .description("The total number of tunnels ended for breaking or abusing HTTP/2 (unstable).")
                .tag("reporter", direction.reporter())
                .tag("reason", reason)
                .register(registry)
                .increment();
    }
}
