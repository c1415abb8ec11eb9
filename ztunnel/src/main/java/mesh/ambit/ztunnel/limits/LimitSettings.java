package mesh.ambit.ztunnel.limits;

import java.time.Duration;
import mesh.ambit.config.Environment;

/**
 * Limits beyond upstream's, which has none: so generous that only trouble meets them. Zero switches one off.
 *
 * @param connectionsPerPod open connections of one pod, both directions together
 * @param connectionsPerIdentity open connections in one direction on behalf of one identity, all pods together
 * @param handshakesPerPod accepted connections that have not finished their TLS handshake
 * @param handshakeTimeout how long TLS may take, on either side
 * @param descriptorPercent of the descriptors that the process may open; above it new connections are refused
 * @param memoryPercent of the memory for buffers; above it new connections are refused
 */
public record LimitSettings(
        int connectionsPerPod,
        int connectionsPerIdentity,
        int handshakesPerPod,
        Duration handshakeTimeout,
        int descriptorPercent,
        int memoryPercent) {
    /** What holds when nothing is configured. */
    public static final LimitSettings DEFAULT =
            new LimitSettings(50_000, 100_000, 4_096, Duration.ofSeconds(60), 90, 85);

    /** As upstream does it. */
    public static final LimitSettings NONE = new LimitSettings(0, 0, 0, Duration.ZERO, 0, 0);

    /** Reads the {@code AMBIT_} variables of the same names; what is not set is as in {@link #DEFAULT}. */
    public static LimitSettings from(Environment env) {
        return new LimitSettings(
                env.number("AMBIT_MAX_CONNECTIONS_PER_POD", DEFAULT.connectionsPerPod, 0, Integer.MAX_VALUE),
                env.number("AMBIT_MAX_CONNECTIONS_PER_IDENTITY", DEFAULT.connectionsPerIdentity, 0, Integer.MAX_VALUE),
                env.number("AMBIT_MAX_HANDSHAKES_PER_POD", DEFAULT.handshakesPerPod, 0, Integer.MAX_VALUE),
                env.duration("AMBIT_HANDSHAKE_TIMEOUT", DEFAULT.handshakeTimeout),
                env.number("AMBIT_MAX_DESCRIPTORS_PERCENT", DEFAULT.descriptorPercent, 0, 100),
                env.number("AMBIT_MAX_BUFFERS_PERCENT", DEFAULT.memoryPercent, 0, 100));
    }
}
