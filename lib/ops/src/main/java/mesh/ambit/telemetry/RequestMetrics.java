package mesh.ambit.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Istio's request metrics, {@code istio_requests_total} and {@code istio_request_duration_milliseconds}, as a node proxy
 * sees them pass by. The reporter is {@value #REPORTER}: neither a sidecar's {@code source} and {@code destination} nor
 * {@code waypoint}, so that nobody adds up what two proxies saw. Thread-safe.
 */
public final class RequestMetrics {
    /** Value of the label {@code reporter}. */
    public static final String REPORTER = "ztunnel";

    /** Upper bounds of the duration's buckets, ms: Istio's. */
    private static final double[] BOUNDS = {
        0.5,
        1,
        5,
        10,
        25,
        50,
        100,
        250,
        500,
        1_000,
        2_500,
        5_000,
        10_000,
        30_000,
        60_000,
        300_000,
        600_000,
        1_800_000,
        3_600_000,
        Double.POSITIVE_INFINITY
    };

    /**
     * One finished request.
     *
     * @param protocol {@code http} or {@code grpc}
     * @param status the response's; 0 when there was none
     * @param grpcStatus {@code grpc-status} of a gRPC call; null for others, and for a call that ended without
     * @param nanos from its first byte to the last one of its response
     */
    public record Request(
            String protocol, int status, @Nullable String grpcStatus, long nanos) {}

    private record Key(
            SeriesKey connection,
            String protocol,
            int status,
            @Nullable String grpcStatus) {
        Key overflow() {
            return new Key(connection.overflow(), protocol, status, null);
        }
    }

    private record Series(Labels labels, AtomicLongArray buckets, LongAdder micros) {
        static Series of(Key key) {
            Labels.Builder labels = Labels.builder();
            Labels connection = key.connection().labels(REPORTER, key.protocol());
            for (int i = 0; i < connection.size(); i++) {
                labels.label(connection.getName(i), connection.getValue(i));
            }
            labels.label("response_code", String.valueOf(key.status()));
            if (key.grpcStatus() != null) {
                labels.label("grpc_response_status", key.grpcStatus());
            }
            return new Series(labels.build(), new AtomicLongArray(BOUNDS.length), new LongAdder());
        }

        void add(long nanos) {
            int bucket = Arrays.binarySearch(BOUNDS, (double) nanos / TimeUnit.MILLISECONDS.toNanos(1));
            buckets.incrementAndGet(bucket < 0 ? -bucket - 1 : bucket);
            micros.add(TimeUnit.NANOSECONDS.toMicros(nanos));
        }

        long[] counts() {
            long[] counts = new long[buckets.length()];
            for (int i = 0; i < counts.length; i++) {
                counts[i] = buckets.get(i);
            }
            return counts;
        }
    }

    private final SeriesStore<Key, Series> series;

    private RequestMetrics(int maxSeries) {
        series = new SeriesStore<>(maxSeries, Series::of, Key::overflow);
    }

    /** Creates the family on {@code metrics}' page, of at most {@code maxSeries} series; 0 for any number. */
    public static RequestMetrics on(Metrics metrics, int maxSeries) {
        RequestMetrics requests = new RequestMetrics(maxSeries);
        metrics.show((MultiCollector) requests::collect);
        return requests;
    }

    /** Counts {@code request}, which came over {@code connection}. */
    public void add(ConnectionDetails connection, Request request) {
        series.get(new Key(
                        SeriesKey.of(connection, ResponseFlag.NONE),
                        request.protocol(),
                        request.status(),
                        request.grpcStatus()))
                .add(request.nanos());
    }

    private MetricSnapshots collect() {
        CounterSnapshot.Builder requests = CounterSnapshot.builder()
                .name("istio_requests")
                .help("The total number of HTTP requests seen on their way to applications (unstable).");
        HistogramSnapshot.Builder durations = HistogramSnapshot.builder()
                .name("istio_request_duration_milliseconds")
                .help("The duration of HTTP requests seen on their way to applications (unstable).");
        for (Series one : series.all()) {
            long[] counts = one.counts();
            requests.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(one.labels())
                    .value((double) Arrays.stream(counts).sum())
                    .build());
            durations.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .labels(one.labels())
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(
                            BOUNDS, Arrays.stream(counts).boxed().toArray(Number[]::new)))
                    .sum((double) one.micros().sum() / TimeUnit.MILLISECONDS.toMicros(1))
                    .build());
        }
        return MetricSnapshots.builder()
                .metricSnapshot(requests.build())
                .metricSnapshot(durations.build())
                .build();
    }
}
