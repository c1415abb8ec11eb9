package mesh.ambit.xds;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * When to connect again.
 *
 * @param delay how long to wait
 * @param backoff what the next failure doubles
 * @param reason as metrics name it
 */
record Reconnect(Duration delay, Duration backoff, String reason) {
    /** What a failure doubles when the one before it was long ago. */
    static final Duration INITIAL = Duration.ofMillis(10);

    private static final Duration MAX = Duration.ofSeconds(15);

    /** Upstream tries again at once; this keeps a file that is missing from occupying a core. */
    private static final Duration AFTER_LOCAL_ERROR = Duration.ofMillis(100);

    /**
     * What says that a transport has ended rather than that a server refuses: servers' words first, then those of our own
     * library for a connection that is cut, which other clients report as an unknown status.
     */
    private static final List<String> PASSING = List.of(
            "transport is closing", "goaway", "network closed", "io exception", "connection reset", "channel shutdown");

    /** After a stream that the server ended as it should. */
    static Reconnect afterCompletion() {
        return new Reconnect(Duration.ZERO, INITIAL, "Complete");
    }

    /** After an attempt that failed on our side: roots or token that cannot be read. */
    static Reconnect afterLocalError() {
        return new Reconnect(AFTER_LOCAL_ERROR, INITIAL, "Error");
    }

    /**
     * After a call that ended with {@code status}.
     *
     * @param opened whether the server had answered with headers
     * @param backoff of the failure before
     */
    static Reconnect afterStatus(Status status, boolean opened, Duration backoff) {
        if (!opened) {
            return slower(backoff, "ConnectionError");
        }
        if (isPassing(status)) {
            return new Reconnect(INITIAL, INITIAL, "Reconnect");
        }
        return slower(backoff, "Error");
    }

    private static Reconnect slower(Duration backoff, String reason) {
        Duration doubled = backoff.multipliedBy(2);
        Duration next = doubled.compareTo(MAX) > 0 ? MAX : doubled;
        return new Reconnect(next, next, reason);
    }

    /** A server that restarts or sheds its oldest connections: trying again is all it takes. */
    private static boolean isPassing(Status status) {
        return switch (status.getCode()) {
            case UNKNOWN, CANCELLED, DEADLINE_EXCEEDED -> true;
            case UNAVAILABLE -> {
                String text = String.valueOf(status.getDescription()).toLowerCase(Locale.ROOT);
                yield PASSING.stream().anyMatch(text::contains);
            }
            default -> false;
        };
    }
}
