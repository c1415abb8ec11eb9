package mesh.ambit.hbone;

import java.time.Duration;

/**
 * The parameters of tunnels, of HBONE's HTTP/2 before all, the same on both sides.
 *
 * @param streamWindowBytes how much a peer may send on a stream before we return credit
 * @param connectionWindowBytes the same for a whole tunnel; a multiple of the former, or one unread stream starves all
 * @param maxFrameBytes the longest frame we accept
 * @param maxStreamsPerTunnel how many streams the pool puts on one tunnel
 * @param unusedRelease how long the pool remembers a tunnel that nobody asks for
 * @param care what a tunnel's socket gets when it is connected
 */
public record TunnelSettings(
        int streamWindowBytes,
        int connectionWindowBytes,
        int maxFrameBytes,
        int maxStreamsPerTunnel,
        Duration unusedRelease,
        SocketCare care) {
    /** What upstream uses when nothing is configured. */
    public static final TunnelSettings DEFAULT = new TunnelSettings(
            4 * 1024 * 1024, 16 * 1024 * 1024, 1024 * 1024, 100, Duration.ofMinutes(5), SocketCare.NONE);

    /** RFC 9113: no connection window can be announced below this. */
    private static final int INITIAL_WINDOW_BYTES = 65_535;

    private static final int SMALLEST_MAX_FRAME_BYTES = 16_384;
    private static final int LARGEST_MAX_FRAME_BYTES = 16_777_215;

    public TunnelSettings {
        if (streamWindowBytes < 1) {
            throw new IllegalArgumentException("stream window: " + streamWindowBytes + " (expected: at least 1)");
        }
        if (connectionWindowBytes < INITIAL_WINDOW_BYTES) {
            throw new IllegalArgumentException("connection window: " + connectionWindowBytes + " (expected: at least "
                    + INITIAL_WINDOW_BYTES + ")");
        }
        if (maxFrameBytes < SMALLEST_MAX_FRAME_BYTES || maxFrameBytes > LARGEST_MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("frame size: " + maxFrameBytes + " (expected: "
                    + SMALLEST_MAX_FRAME_BYTES + " to " + LARGEST_MAX_FRAME_BYTES + ")");
        }
        if (maxStreamsPerTunnel < 1) {
            throw new IllegalArgumentException(
                    "streams per tunnel: " + maxStreamsPerTunnel + " (expected: at least 1)");
        }
    }

    /** Returns these with another {@code care}. */
    public TunnelSettings with(SocketCare care) {
        return new TunnelSettings(
                streamWindowBytes, connectionWindowBytes, maxFrameBytes, maxStreamsPerTunnel, unusedRelease, care);
    }
}
