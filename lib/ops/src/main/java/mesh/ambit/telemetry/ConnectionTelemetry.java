package mesh.ambit.telemetry;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the data path reports its connections: access log and traffic metrics together. Thread-safe.
 */
public final class ConnectionTelemetry {
    private final TrafficMetrics metrics;
    private final AccessLog accessLog = new AccessLog();
    private final LongSupplier nanoTime;
    private final @Nullable RequestMetrics requests;

    /**
     * Creates one that knows connections only.
     *
     * @param nanoTime {@code System::nanoTime}, or a clock moved by hand
     */
    public ConnectionTelemetry(TrafficMetrics metrics, LongSupplier nanoTime) {
        this(metrics, nanoTime, null);
    }

    /**
     * Creates one.
     *
     * @param nanoTime {@code System::nanoTime}, or a clock moved by hand
     * @param requests where requests are counted; null when nobody looks for any
     */
    public ConnectionTelemetry(TrafficMetrics metrics, LongSupplier nanoTime, @Nullable RequestMetrics requests) {
        this.metrics = requireNonNull(metrics, "metrics");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.requests = requests;
    }

    /**
     * Returns what looks for the requests of {@code connection}, or null when nobody wants them.
     *
     * @param observer makes it from a clock and from who is told each request
     */
    public <T> @Nullable T insight(
            ConnectionDetails connection, BiFunction<LongSupplier, Consumer<RequestMetrics.Request>, T> observer) {
        RequestMetrics counted = requests;
        return counted == null ? null : observer.apply(nanoTime, request -> counted.add(connection, request));
    }

    /** Reports a connection whose destination is decided, before it is connected. {@code close} must follow, once. */
    public OpenConnection opened(ConnectionDetails connection) {
        accessLog.opened(connection);
        return new OpenConnection(metrics, accessLog, connection, nanoTime);
    }

    /** Reports a connection that was refused before anything about it was known. */
    public void deniedEarly(
            Direction direction, InetSocketAddress source, InetSocketAddress destination, String error) {
        accessLog.deniedEarly(direction, source, destination, error);
    }

    /** Counts a socket that was accepted, one refused at once included. */
    public void socketOpened(Direction direction) {
        metrics.socketOpened(direction);
    }

    /** Counts down what {@link #socketOpened} counted. */
    public void socketClosed(Direction direction) {
        metrics.socketClosed(direction);
    }
}
