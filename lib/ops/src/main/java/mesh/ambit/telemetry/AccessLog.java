package mesh.ambit.telemetry;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.net.InetSocketAddress;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line for each end of a connection, apart from the diagnostics.
 *
 * <p>Names and order of the fields are upstream's, so that existing tools read both; absent values are left out.
 */
final class AccessLog {
    /** Name of the logger, and its scope. */
    static final String LOGGER = "access";

    private final Logger log = LoggerFactory.getLogger(LOGGER);

    void opened(ConnectionDetails connection) {
        if (log.isDebugEnabled()) {
            new Line(log.atDebug()).details(connection).write("connection opened");
        }
    }

    /** {@code bytesSent} is what the application on this side sent. */
    void closed(
            ConnectionDetails connection,
            long bytesSent,
            long bytesReceived,
            long durationMillis,
            @Nullable String error) {
        new Line(error == null ? log.atInfo() : log.atError())
                .details(connection)
                .value("bytes_sent", bytesSent)
                .value("bytes_recv", bytesReceived)
                .text("duration", durationMillis + "ms")
                .text("error", error)
                .write("connection complete");
    }

    void deniedEarly(Direction direction, InetSocketAddress source, InetSocketAddress destination, String error) {
        new Line(log.atWarn())
                .value("src.addr", source)
                .value("dst.addr", destination)
                .text("direction", direction.word())
                .text("error", error)
                .write("connection failed");
    }

    /** A line in the making. */
    private static final class Line {
        /** What a peer asks for may be 64 times as long, and is said again in a few bytes of a tunnel. */
        private static final int MAX_CHARACTERS = 1_024;

        private LoggingEventBuilder event;

        Line(LoggingEventBuilder event) {
            this.event = event;
        }

        Line details(ConnectionDetails connection) {
            value("src.addr", connection.source());
            workload("src", connection.sourceWorkload());
            text("src.identity", connection.mutualTls() ? print(connection.sourceIdentity()) : null);
            cluster("src", connection.sourceWorkload());
            value("dst.addr", connection.destination());
            value("dst.hbone_addr", Bare.of(cut(connection.hboneAuthority())));
            ServiceLabels service = connection.service();
            text("dst.service", service == null ? null : service.hostname());
            workload("dst", connection.destinationWorkload());
            text("dst.identity", connection.mutualTls() ? print(connection.destinationIdentity()) : null);
            cluster("dst", connection.destinationWorkload());
            return text("direction", connection.direction().word());
        }

        /** Adds a value that the plain format leaves without quotes. */
        @CanIgnoreReturnValue
        Line value(String name, @Nullable Object value) {
            if (value != null) {
                event = event.addKeyValue(name, value);
            }
            return this;
        }

        @CanIgnoreReturnValue
        Line text(String name, @Nullable String value) {
            return value(name, value == null || value.isEmpty() ? null : cut(value));
        }

        private static @Nullable String cut(@Nullable String text) {
            return text == null || text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS) + "...";
        }

        void write(String message) {
            event.log(message);
        }

        private void workload(String side, @Nullable WorkloadLabels workload) {
            if (workload != null) {
                text(side + ".workload", workload.name());
                text(side + ".namespace", workload.namespace());
            }
        }

        private void cluster(String side, @Nullable WorkloadLabels workload) {
            text(side + ".cluster", workload == null ? null : workload.cluster());
        }

        private static @Nullable String print(@Nullable SpiffeId identity) {
            return identity == null ? null : identity.toString();
        }
    }
}
