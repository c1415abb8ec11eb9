package mesh.ambit.telemetry;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The telemetry of one connection.
 *
 * <p>Labels are resolved when it is made; counting bytes afterwards is an addition, and a scrape sees it at once. Belongs
 * to the connection's event loop.
 */
public final class OpenConnection {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final TrafficMetrics metrics;
    private final AccessLog accessLog;
    private final ConnectionDetails details;
    private final LongSupplier nanoTime;
    private final TrafficMetrics.Series series;
    private final long openedNanos;
    private long receivedBytes;
    private long sentBytes;
    private boolean closed;

    OpenConnection(TrafficMetrics metrics, AccessLog accessLog, ConnectionDetails details, LongSupplier nanoTime) {
        this.metrics = metrics;
        this.accessLog = accessLog;
        this.details = details;
        this.nanoTime = nanoTime;
        this.openedNanos = nanoTime.getAsLong();
        this.series = metrics.series(details, ResponseFlag.NONE);
        series.opened().increment();
    }

    /** Returns what the connection was opened with. */
    public ConnectionDetails details() {
        return details;
    }

    /** Counts bytes from the client's side: the request's direction. */
    public void received(long bytes) {
        receivedBytes += bytes;
        series.received().add(bytes);
    }

    /** Counts bytes towards the client's side: the response's direction. */
    public void sent(long bytes) {
        sentBytes += bytes;
        series.sent().add(bytes);
    }

    /**
     * Reports the end; later calls do nothing.
     *
     * @param error what a person reads; null when the connection ended as it should
     */
    public void close(ResponseFlag flag, @Nullable String error) {
        if (closed) {
            return;
        }
        closed = true;
        TrafficMetrics.Series last = flag == ResponseFlag.NONE ? series : metrics.series(details, flag);
        last.closed().increment();
        if (flag != ResponseFlag.NONE) {
            last.failed().increment();
        }
        long millis = (nanoTime.getAsLong() - openedNanos) / NANOS_PER_MILLI;
        // Metrics count from the server's point of view on both ends; the log tells what its own application sent.
        boolean outbound = details.direction() == Direction.OUTBOUND;
        accessLog.closed(
                details, outbound ? receivedBytes : sentBytes, outbound ? sentBytes : receivedBytes, millis, error);
    }
}
