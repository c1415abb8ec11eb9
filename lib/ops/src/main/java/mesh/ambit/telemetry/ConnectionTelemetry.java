package mesh.ambit.telemetry;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.util.function.LongSupplier;

/**
 * Where the data path reports its connections: access log and traffic metrics together. Thread-safe.
 */
public final class ConnectionTelemetry {
    private final TrafficMetrics metrics;
    private final AccessLog accessLog = new AccessLog();
    private final LongSupplier nanoTime;

    /**
     * Creates one.
     *
     * @param nanoTime {@code System::nanoTime}, or a clock moved by hand
     */
    public ConnectionTelemetry(TrafficMetrics metrics, LongSupplier nanoTime) {
        this.metrics = requireNonNull(metrics, "metrics");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
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
