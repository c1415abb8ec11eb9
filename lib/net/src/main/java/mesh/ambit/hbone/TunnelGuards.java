package mesh.ambit.hbone;

import java.time.Duration;
import java.util.Objects;

/**
 * What protects one pod's tunnels from their peers, beyond what HTTP/2 and the reference ask for.
 *
 * @param handshakeTimeout how long TLS may take, on either side; zero for ever
 * @param maxHandshakes how many accepted connections may be in their handshake at a time; zero for any number
 * @param observer who learns of what was refused
 */
public record TunnelGuards(Duration handshakeTimeout, int maxHandshakes, Observer observer) {
    /** As the reference does it: no timeout, no limit. */
    public static final TunnelGuards NONE = new TunnelGuards(Duration.ZERO, 0, new Observer() {});

    /** Counts. Called on event loops. */
    public interface Observer {
        /**
         * A tunnel was ended because its peer broke the protocol, or made use of it only to keep us busy.
         *
         * @param server whether the tunnel was accepted
         * @param reason a label: lower case, stable
         */
        default void onViolation(boolean server, String reason) {}

        /** A connection was closed because too many are in their handshake. */
        default void onHandshakeRefused() {}
    }

    public TunnelGuards {
        Objects.requireNonNull(observer, "observer");
        if (handshakeTimeout.isNegative() || maxHandshakes < 0) {
            throw new IllegalArgumentException("handshakes: timeout " + handshakeTimeout + ", at most " + maxHandshakes
                    + " (expected: neither below zero)");
        }
    }
}
