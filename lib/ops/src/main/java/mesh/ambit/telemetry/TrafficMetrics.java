package mesh.ambit.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

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

    private final SeriesStore<SeriesKey, Series> series;
    private final Sockets inbound = new Sockets(new LongAdder(), new LongAdder());
    private final Sockets outbound = new Sockets(new LongAdder(), new LongAdder());

    private TrafficMetrics(int maxSeries) {
        series = new SeriesStore<>(
                maxSeries, key -> new Series(key.labels(key.direction().reporter(), "tcp")), SeriesKey::overflow);
    }

    /** Creates the family, without a limit, and shows it on {@code metrics}' page. */
    public static TrafficMetrics on(Metrics metrics) {
        return on(metrics, 0);
    }

    /**
     * Creates the family and shows it on {@code metrics}' page.
     *
     * @param maxSeries how many combinations of labels are told apart; connections that come with others share series
     *     whose names are {@code overflow}. 0 for any number
     */
    public static TrafficMetrics on(Metrics metrics, int maxSeries) {
        TrafficMetrics traffic = new TrafficMetrics(maxSeries);
        metrics.show((MultiCollector) traffic::collect);
        return traffic;
    }

    Series series(ConnectionDetails connection, ResponseFlag flag) {
        return series.get(SeriesKey.of(connection, flag));
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
                .metricSnapshot(overflow())
                .build();
    }

    private CounterSnapshot counter(
            String name, String help, Function<Series, Boolean> shown, Function<Series, LongAdder> value) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        for (Series one : series.all()) {
            if (shown.apply(one)) {
                counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(one.labels())
                        .value((double) value.apply(one).sum())
                        .build());
            }
        }
        return counter.build();
    }

    private CounterSnapshot overflow() {
        CounterSnapshot.Builder counter = CounterSnapshot.builder()
                .name("ambit_metric_series_overflow")
                .help("The total number of connections counted under names of overflow (unstable).");
        if (series.overflowed() > 0) {
            counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .value((double) series.overflowed())
                    .build());
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
}
