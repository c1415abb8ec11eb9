package mesh.ambit.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the DNS proxies of pods are asked, and how the name servers behind them do. Thread-safe. */
public final class DnsMetrics {
    private static final double[] BOUNDS = {0.0005, 0.001, 0.01, 0.1, 1.0, 5.0, Double.POSITIVE_INFINITY};
    private static final double NANOS_PER_SECOND = 1e9;

    private final Map<Key, Series> series = new ConcurrentHashMap<>();

    private record Key(String type, String protocol, String service, String revision) {
        Labels labels() {
            return Labels.of(
                    "request_query_type", type,
                    "request_protocol", protocol,
                    "source_canonical_service", service,
                    "source_canonical_revision", revision);
        }
    }

    /** What questions that share all labels add up to. */
    public static final class Series {
        private final Labels labels;
        private final LongAdder requests = new LongAdder();
        private final LongAdder forwards = new LongAdder();
        private final LongAdder failures = new LongAdder();
        private final LongAdder nanos = new LongAdder();
        private final LongAdder[] buckets = new LongAdder[BOUNDS.length];

        private Series(Labels labels) {
            this.labels = labels;
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }

        /** Counts a question. */
        public void asked() {
            requests.increment();
        }

        /** Counts a question that goes on to the name servers; {@link #returned} follows. */
        public void forwarded() {
            forwards.increment();
        }

        /** Counts the end of a question that went on to the name servers. */
        public void returned(long tookNanos, boolean withRecords) {
            if (!withRecords) {
                failures.increment();
            }
            nanos.add(tookNanos);
            int bucket = 0;
            while (tookNanos / NANOS_PER_SECOND > BOUNDS[bucket]) {
                bucket++;
            }
            buckets[bucket].increment();
        }

        private long returned() {
            long sum = 0;
            for (LongAdder bucket : buckets) {
                sum += bucket.sum();
            }
            return sum;
        }
    }

    private DnsMetrics() {}

    /** Creates the family and shows it on {@code metrics}' page. */
    public static DnsMetrics on(Metrics metrics) {
        DnsMetrics dns = new DnsMetrics();
        metrics.show((MultiCollector) dns::collect);
        return dns;
    }

    /**
     * Returns the counters of a kind of question.
     *
     * @param type name of the record type; put into lower case
     * @param protocol {@code udp} or {@code tcp}
     * @param source who asks; null when that is not known
     */
    public Series of(String type, String protocol, @Nullable WorkloadLabels source) {
        Key key = new Key(
                type.toLowerCase(Locale.ROOT),
                protocol,
                source == null ? Metrics.UNKNOWN : Metrics.orUnknown(source.canonicalName()),
                source == null ? Metrics.UNKNOWN : Metrics.orUnknown(source.canonicalRevision()));
        return series.computeIfAbsent(key, k -> new Series(k.labels()));
    }

    private MetricSnapshots collect() {
        return MetricSnapshots.builder()
                .metricSnapshot(counter(
                        "istio_dns_requests", "The total number of DNS requests (unstable).", s -> s.requests.sum()))
                .metricSnapshot(counter(
                        "istio_dns_upstream_requests",
                        "The total number of DNS requests forwarded to a name server (unstable).",
                        s -> s.forwards.sum()))
                .metricSnapshot(counter(
                        "istio_dns_upstream_failures",
                        "The total number of forwarded DNS requests without records in the answer (unstable).",
                        s -> s.failures.sum()))
                .metricSnapshot(durations())
                .build();
    }

    private CounterSnapshot counter(String name, String help, Function<Series, Long> value) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        for (Series one : series.values()) {
            long count = value.apply(one);
            if (count > 0) {
                counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(one.labels)
                        .value((double) count)
                        .build());
            }
        }
        return counter.build();
    }

    private HistogramSnapshot durations() {
        HistogramSnapshot.Builder histogram = HistogramSnapshot.builder()
                .name("istio_dns_upstream_request_duration_seconds")
                .unit(Unit.SECONDS)
                .help("The time that name servers take to answer (unstable).");
        for (Series one : series.values()) {
            if (one.returned() == 0) {
                continue;
            }
            ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
            for (int i = 0; i < BOUNDS.length; i++) {
                buckets.bucket(BOUNDS[i], one.buckets[i].sum());
            }
            histogram.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .labels(one.labels)
                    .classicHistogramBuckets(buckets.build())
                    .sum(one.nanos.sum() / NANOS_PER_SECOND)
                    .build());
        }
        return histogram.build();
    }
}
