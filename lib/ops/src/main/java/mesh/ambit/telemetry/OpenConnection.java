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

    /**
     * A connection as it stands.
     *
     * @param details what it was opened with
     * @param sentBytes what this side's application has sent
     * @param receivedBytes what this side's application was sent
     * @param ageMillis since it was opened
     */
    public record Standing(ConnectionDetails details, long sentBytes, long receivedBytes, long ageMillis) {}

    /** Returns what the connection was opened with. */
    public ConnectionDetails details() {
        return details;
    }

    /** Returns how far the connection has got. */
    public Standing standing() {
        // Metrics count from the server's point of view on both ends; a person asks what the own application sent.
        boolean outbound = details.direction() == Direction.OUTBOUND;
        return new Standing(
                details,
                outbound ? receivedBytes : sentBytes,
                outbound ? sentBytes : receivedBytes,
                (nanoTime.getAsLong() - openedNanos) / NANOS_PER_MILLI);
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
        Standing end = standing();
        accessLog.closed(details, end.sentBytes(), end.receivedBytes(), end.ageMillis(), error);
    }
}
