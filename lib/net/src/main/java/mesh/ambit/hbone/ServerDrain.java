package mesh.ambit.hbone;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The orderly end of a {@link ServerTunnel}, by our will, for its client's certificate or the client's: it takes no more
 * streams and closes with the last that it has.
 */
final class ServerDrain {
    /** Payload of the PING between the two GOAWAYs; the liveness check counts from 1. */
    private static final long DRAIN_PING = 0x0064_7261_696e_0000L;

    /** How long the peer has to answer the PING of a drain. */
    private static final long DRAIN_SECONDS = 5;

    private final ServerTunnel tunnel;

    /** Streams above it came after the final GOAWAY and are not ours to serve. */
    private int lastServedStreamId = Frames.MAX_STREAM_ID;

    private boolean begun;

    /** The client has said that it opens no more streams. */
    private boolean clientLeaves;

    private @Nullable Future<?> expiryTimer;
    private @Nullable Future<?> answerTimer;

    ServerDrain(ServerTunnel tunnel) {
        this.tunnel = tunnel;
    }

    boolean hasBegun() {
        return begun;
    }

    /** Says whether our final GOAWAY has said that {@code streamId} is not served. */
    boolean excludes(int streamId) {
        return streamId > lastServedStreamId;
    }

    /** Has the drain begin by itself, at once if {@code delay} is over. */
    void beginAfter(Duration delay) {
        expiryTimer = tunnel.eventLoop().schedule(this::begin, Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS);
    }

    /** The handshake is over: a drain that was wanted meanwhile can be announced. */
    void onStarted() {
        if (begun) {
            begun = false;
            begin();
        }
    }

    /**
     * Announces the end: a first GOAWAY that still admits every stream, and a final one as soon as the peer has
     * answered a PING and so has stopped opening any, or after five seconds: when a certificate has ended it is not for its
     * holder to say for how long it is good. The tunnel closes with its last stream.
     */
    void begin() {
        assert tunnel.eventLoop().inEventLoop();
        if (begun || tunnel.isClosed()) {
            return;
        }
        begun = true;
        if (tunnel.liveness() == null) {
            return; // Still in the handshake; onStarted comes back to this.
        }
        tunnel.frames().goAway(Frames.MAX_STREAM_ID, Http2Error.NO_ERROR);
        tunnel.frames().ping(DRAIN_PING);
        tunnel.out().flushSoon();
        answerTimer = tunnel.eventLoop().schedule(this::lastGoAway, DRAIN_SECONDS, TimeUnit.SECONDS);
    }

    /** The peer has answered a PING that is not the liveness check's. */
    void onPong(long payload) {
        if (begun && payload == DRAIN_PING) {
            lastGoAway();
        }
    }

    private void lastGoAway() {
        if (lastServedStreamId != Frames.MAX_STREAM_ID || tunnel.isClosed()) {
            return;
        }
        lastServedStreamId = tunnel.lastProcessedStreamId();
        tunnel.frames().goAway(lastServedStreamId, Http2Error.NO_ERROR);
        tunnel.out().flushSoon();
        closeIfDone();
    }

    /** The client has sent GOAWAY. */
    void onClientLeaves() {
        clientLeaves = true;
        closeIfDone();
    }

    /** A tunnel that gets no more streams, by our will or the client's, ends with the last that it has. */
    void closeIfDone() {
        boolean last = lastServedStreamId != Frames.MAX_STREAM_ID;
        if ((last || clientLeaves) && tunnel.streams.isEmpty() && !tunnel.isClosed()) {
            if (!last) {
                tunnel.frames().goAway(tunnel.lastProcessedStreamId(), Http2Error.NO_ERROR);
            }
            tunnel.out().flush();
            tunnel.ctx().close();
        }
    }

    /** The tunnel is gone. */
    void stop() {
        if (expiryTimer != null) {
            expiryTimer.cancel(false);
        }
        if (answerTimer != null) {
            answerTimer.cancel(false);
        }
    }
}
