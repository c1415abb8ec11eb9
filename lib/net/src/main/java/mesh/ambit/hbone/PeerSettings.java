package mesh.ambit.hbone;

import io.netty.handler.codec.http2.Http2Error;

/** What the peer allows us, RFC 9113 section 6.5.2: its defaults until its SETTINGS arrive. */
final class PeerSettings {
    private boolean received;
    private long maxConcurrentStreams;
    private int initialWindowBytes = Frames.DEFAULT_WINDOW_BYTES;
    private int maxFrameBytes = Frames.DEFAULT_MAX_FRAME_BYTES;
    private long headerTableBytes = 4096;

    /** Makes the defaults; until the peer's SETTINGS arrive we assume that it takes {@code assumedStreams} at a time. */
    PeerSettings(long assumedStreams) {
        this.maxConcurrentStreams = assumedStreams;
    }

    long maxConcurrentStreams() {
        return maxConcurrentStreams;
    }

    int initialWindowBytes() {
        return initialWindowBytes;
    }

    int maxFrameBytes() {
        return maxFrameBytes;
    }

    long headerTableBytes() {
        return headerTableBytes;
    }

    /** A SETTINGS frame begins; the first one says whether there is a limit of streams at all. */
    void begin() {
        if (!received) {
            received = true;
            maxConcurrentStreams = Long.MAX_VALUE;
        }
    }

    /**
     * Takes one parameter; unknown ones are ignored as section 6.5.2 demands, and so is the advice how long a list may
     * be: ours are short, and the reference sends them too.
     */
    void apply(int id, long value) throws ProtocolViolation {
        switch (id) {
            case Frames.SETTINGS_HEADER_TABLE_SIZE -> headerTableBytes = value;
            case Frames.SETTINGS_ENABLE_PUSH, Frames.SETTINGS_ENABLE_CONNECT_PROTOCOL -> require(value <= 1, id, value);
            case Frames.SETTINGS_MAX_CONCURRENT_STREAMS -> maxConcurrentStreams = value;
            case Frames.SETTINGS_INITIAL_WINDOW_SIZE -> {
                require(value <= Integer.MAX_VALUE, id, value);
                initialWindowBytes = (int) value;
            }
            case Frames.SETTINGS_MAX_FRAME_SIZE -> {
                require(value >= Frames.DEFAULT_MAX_FRAME_BYTES && value <= Frames.LARGEST_MAX_FRAME_BYTES, id, value);
                maxFrameBytes = (int) value;
            }
            default -> {}
        }
    }

    private static void require(boolean valid, int id, long value) throws ProtocolViolation {
        if (!valid) {
            throw new ProtocolViolation(Http2Error.PROTOCOL_ERROR, "setting " + id + " has value " + value);
        }
    }
}
