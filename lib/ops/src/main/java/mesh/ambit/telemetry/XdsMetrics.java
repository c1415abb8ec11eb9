package mesh.ambit.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** How the connection to the control plane does. Thread-safe. */
public final class XdsMetrics {
    private final MeterRegistry registry;

    /** Creates the family on {@code metrics}' page. */
    public XdsMetrics(Metrics metrics) {
        this.registry = metrics.registry();
    }

    /** Counts the end of a connection. {@code reason} is one of ConnectionError, Error, Reconnect, Complete. */
    public void terminated(String reason) {
        Counter.builder("istio.xds.connection.terminations")
                .description("The total number of connections to the control plane that ended (unstable).")
                .tag("reason", reason)
                .register(registry)
                .increment();
    }

    /** Counts a message of type {@code url} whose resources have {@code payloadBytes} together. */
    public void message(String url, long payloadBytes) {
        Counter.builder("istio.xds.message")
                .description("The total number of messages from the control plane (unstable).")
                .tag("url", url)
                .register(registry)
                .increment();
        Counter.builder("istio.xds.message.bytes")
                .description("The total size of the resources in messages from the control plane (unstable).")
                .baseUnit("bytes")
                .tag("url", url)
                .register(registry)
                .increment((double) payloadBytes);
    }
}
