package mesh.ambit.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * The {@code istio_tcp_*} family.
 *
 * <p>Not made of the registry's own counters: one lookup has to yield all counters of a connection, and upstream's
 * locality labels are there for some connections and not for others. Thread-safe.
 */
public final class TrafficMetrics {
    /** The counters of connections that share all labels. */
    record Series(
            Labels labels, LongAdder opened, LongAdder closed, LongAdder failed, LongAdder received, LongAdder sent) {
        Series(Labels labels) {
            this(labels, new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
        }
    }

    private record Sockets(LongAdder opened, LongAdder closed) {}

    /** What the labels are made of; cheaper to compare than the labels themselves. */
    private record Key(
            Direction direction,
            @Nullable WorkloadLabels source,
            @Nullable WorkloadLabels destination,
            @Nullable ServiceLabels service,
            @Nullable SpiffeId sourceIdentity,
            @Nullable SpiffeId destinationIdentity,
            boolean mutualTls,
            ResponseFlag flag) {}

    private final Map<Key, Series> series = new ConcurrentHashMap<>();
    private final Sockets inbound = new Sockets(new LongAdder(), new LongAdder());
    private final Sockets outbound = new Sockets(new LongAdder(), new LongAdder());

    private TrafficMetrics() {}

    /** Creates the family and shows it on {@code metrics}' page. */
    public static TrafficMetrics on(Metrics metrics) {
        TrafficMetrics traffic = new TrafficMetrics();
        metrics.show((MultiCollector) traffic::collect);
        return traffic;
    }

    Series series(ConnectionDetails connection, ResponseFlag flag) {
        Key key = new Key(
                connection.direction(),
                connection.sourceWorkload(),
                connection.destinationWorkload(),
                connection.service(),
                connection.mutualTls() ? connection.sourceIdentity() : null,
                connection.destinationIdentity(),
                connection.mutualTls(),
                flag);
        return series.computeIfAbsent(key, k -> new Series(labelsOf(k)));
    }

    void socketOpened(Direction direction) {
        sockets(direction).opened().increment();
    }

    void socketClosed(Direction direction) {
        sockets(direction).closed().increment();
    }

    private Sockets sockets(Direction direction) {
        return switch (direction) {
            case INBOUND -> inbound;
            case OUTBOUND -> outbound;
        };
    }

    private MetricSnapshots collect() {
        return MetricSnapshots.builder()
                .metricSnapshot(counter(
                        "istio_tcp_connections_opened",
                        "The total number of TCP connections opened.",
                        s -> s.opened().sum() > 0,
                        Series::opened))
                .metricSnapshot(counter(
                        "istio_tcp_connections_closed",
                        "The total number of TCP connections closed.",
                        s -> s.closed().sum() > 0,
                        Series::closed))
                .metricSnapshot(counter(
                        "istio_tcp_received_bytes",
                        "The size of total bytes received during request in case of a TCP connection.",
                        s -> s.opened().sum() > 0,
                        Series::received))
                .metricSnapshot(counter(
                        "istio_tcp_sent_bytes",
                        "The size of total bytes sent during response in case of a TCP connection.",
                        s -> s.opened().sum() > 0,
                        Series::sent))
                .metricSnapshot(counter(
                        "istio_tcp_connections_failed",
                        "The total number of TCP connections that ended in an error (unstable).",
                        s -> s.failed().sum() > 0,
                        Series::failed))
                .metricSnapshot(openSockets())
                .build();
    }

    private CounterSnapshot counter(
            String name, String help, Function<Series, Boolean> shown, Function<Series, LongAdder> value) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        for (Series one : series.values()) {
            if (shown.apply(one)) {
                counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(one.labels())
                        .value((double) value.apply(one).sum())
                        .build());
            }
        }
        return counter.build();
    }

    private GaugeSnapshot openSockets() {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder()
                .name("istio_tcp_sockets_open")
                .help("The number of accepted TCP sockets that are open (unstable).");
        for (Direction direction : Direction.values()) {
            long opened = sockets(direction).opened().sum();
            if (opened > 0) {
                gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(Labels.of("reporter", direction.reporter()))
                        .value((double) opened - sockets(direction).closed().sum())
                        .build());
            }
        }
        return gauge.build();
    }

    private static Labels labelsOf(Key key) {
        WorkloadLabels source = key.source();
        WorkloadLabels destination = key.destination();
        ServiceLabels service = key.service();
        Labels.Builder labels = Labels.builder()
                .label("reporter", key.direction().reporter())
                .label("source_workload", of(source, WorkloadLabels::workload))
                .label("source_canonical_service", of(source, WorkloadLabels::canonicalName))
                .label("source_canonical_revision", of(source, WorkloadLabels::canonicalRevision))
                .label("source_workload_namespace", of(source, WorkloadLabels::namespace))
                .label("source_principal", of(key.sourceIdentity(), SpiffeId::toString))
                .label("source_app", of(source, WorkloadLabels::app))
                .label("source_version", of(source, WorkloadLabels::canonicalRevision))
                .label("source_cluster", of(source, WorkloadLabels::cluster))
                .label("destination_service", of(service, ServiceLabels::hostname))
                .label("destination_service_namespace", of(service, ServiceLabels::namespace))
                .label("destination_service_name", of(service, ServiceLabels::name))
                .label("destination_workload", of(destination, WorkloadLabels::workload))
                .label("destination_canonical_service", of(destination, WorkloadLabels::canonicalName))
                .label("destination_canonical_revision", of(destination, WorkloadLabels::canonicalRevision))
                .label("destination_workload_namespace", of(destination, WorkloadLabels::namespace))
                .label("destination_principal", of(key.destinationIdentity(), SpiffeId::toString))
                .label("destination_app", of(destination, WorkloadLabels::app))
                .label("destination_version", of(destination, WorkloadLabels::canonicalRevision))
                .label("destination_cluster", of(destination, WorkloadLabels::cluster))
                .label("request_protocol", "tcp")
                .label("response_flags", key.flag().label())
                .label("connection_security_policy", key.mutualTls() ? "mutual_tls" : Metrics.UNKNOWN);
        if (source != null || destination != null) {
            labels.label("source_region", of(source, WorkloadLabels::region))
                    .label("source_zone", of(source, WorkloadLabels::zone))
                    .label("destination_region", of(destination, WorkloadLabels::region))
                    .label("destination_zone", of(destination, WorkloadLabels::zone));
        }
        return labels.build();
    }

    private static <T> String of(@Nullable T value, Function<T, String> part) {
        return value == null ? Metrics.UNKNOWN : Metrics.orUnknown(part.apply(value));
    }
}
