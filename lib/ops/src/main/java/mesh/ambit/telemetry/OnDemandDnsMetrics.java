package mesh.ambit.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/** Counts the connections whose destination is known by a host name only. Thread-safe. */
public final class OnDemandDnsMetrics {
    private final MeterRegistry registry;

    /** Creates the family on {@code metrics}' page. */
    public OnDemandDnsMetrics(Metrics metrics) {
        this.registry = metrics.registry();
    }

    /** Counts a connection of {@code source} for which {@code hostname} was looked up. */
    public void asked(WorkloadLabels source, @Nullable SpiffeId identity, String hostname) {
        Counter.builder("istio.on.demand.dns")
                .description("The total number of connections for which a host name was looked up (unstable).")
                .tag("source_workload", Metrics.orUnknown(source.workload()))
                .tag("source_canonical_service", Metrics.orUnknown(source.canonicalName()))
                .tag("source_canonical_revision", Metrics.orUnknown(source.canonicalRevision()))
                .tag("source_workload_namespace", Metrics.orUnknown(source.namespace()))
                .tag("source_principal", identity == null ? Metrics.UNKNOWN : identity.toString())
                .tag("source_app", Metrics.orUnknown(source.app()))
                .tag("source_version", Metrics.orUnknown(source.canonicalRevision()))
                .tag("source_cluster", Metrics.orUnknown(source.cluster()))
                .tag("hostname", Metrics.orUnknown(hostname))
                .register(registry)
                .increment();
    }
}
