package mesh.ambit.hbone;

import static io.netty.handler.codec.http2.Http2Error.NO_ERROR;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways in which a tunnel ends at once: for each, what the peer is told and what its streams learn. (A tunnel that
 * drains first just closes with its last stream.)
 */
final class TunnelEnding {
    // Under the name of the tunnel, whose life this is.
    private static final Logger LOG = LoggerFactory.getLogger(TunnelConnection.class);

    private final TunnelConnection tunnel;
    private boolean begun;

    /** TLS said that nothing more comes, before the connection ended. */
    private boolean announced;

    TunnelEnding(TunnelConnection tunnel) {
        this.tunnel = tunnel;
    }

    /** Says whether the tunnel has ended, or never came to be. */
    boolean hasBegun() {
        return begun;
    }

    /** TLS says that nothing more comes. */
    void onAnnounced() {
        announced = true;
    }

    /**
     * What came has been read. The tunnel is over if that was all that TLS will ever give, whether the connection below
     * ends too or not.
     *
     * @param heard whether TLS made anything of it
     */
    void onTurnOver(boolean heard) {
        if (begun || !tunnel.isStarted()) {
            return;
        }
        if (announced) {
            onInactive();
            tunnel.ctx().close();
        } else if (!heard && TlsFailure.isHidden(tunnel.ctx())) {
            onBroken(TlsFailure.exception());
        }
    }

    /** There will be no tunnel; the first reason counts. */
    void onHandshakeFailed(Throwable cause) {
        if (!begun) {
            begun = true;
            tunnel.onHandshakeFailed(cause);
        }
        tunnel.ctx().close();
    }

    /** The connection is over. */
    void onInactive() {
        // A peer that just goes away has ended its streams with itself. One that announces its end should have ended
        // them.
        shutDown(new TunnelFailure.Http2Failed(
                "h2 failed: connection closed by peer", announced ? "broken pipe" : null));
    }

    /** The connection, or TLS on it, has failed. */
    void onBroken(Throwable cause) {
        String text = FailureText.of(cause);
        shutDown(new TunnelFailure.Http2Failed("h2 failed: " + text, text));
        tunnel.ctx().close();
    }

    /** The peer has not answered a PING in time. */
    void onPeerDead() {
        LOG.warn(
                "tunnel {}: no answer to PING within {} s, closing",
                tunnel.ctx().channel(),
                Liveness.TIMEOUT_NANOS / 1_000_000_000);
        end(new TunnelFailure.Http2Failed("h2 failed: keep-alive timed out", tunnel.isServer() ? null : "broken pipe"));
    }

    /** The peer's certificate was revoked while the tunnel stood: nothing of it may go on. */
    void onPeerRevoked() {
        if (begun) {
            return;
        }
        LOG.debug(
                "tunnel {}: the certificate of {} is revoked, closing",
                tunnel.ctx().channel(),
                tunnel.peer().identity());
        end(new TunnelFailure.PeerRevoked());
    }

    /** Ends the tunnel because the peer must not go on, or cannot; a server announces it. */
    private void end(TunnelFailure failure) {
        if (tunnel.isServer()) {
            tunnel.frames().goAway(tunnel.lastProcessedStreamId(), NO_ERROR);
        }
        shutDown(failure);
        tunnel.out().flush();
        tunnel.ctx().close();
    }

    /** The peer broke the protocol; whoever does not speak HTTP/2 is told nothing in it. */
    void onViolation(ProtocolViolation violation) {
        ChannelHandlerContext ctx = tunnel.ctx();
        LOG.debug("tunnel {}: {} ({})", ctx.channel(), violation.getMessage(), violation.code());
        shutDown(new TunnelFailure.Http2Failed("h2 failed: " + violation.getMessage()));
        if (tunnel.peerSpeaksHttp2()) {
            ctx.writeAndFlush(FrameWriter.goAway(
                    ctx.alloc(), tunnel.lastProcessedStreamId(), violation.code(), violation.told()));
        }
        // TLS waits a little for what is still to be sent; whoever does not read at all is not waited for.
        ctx.close();
    }

    /**
     * Ends the tunnel because we want to; a server that has not sent a GOAWAY yet tries one. TLS announces no end: to
     * the peer that would mean that its streams had been cut by fault, while this is how a peer looks that simply goes
     * away.
     */
    void closeNow(String why) {
        if (!begun) {
            shutDown(new TunnelFailure.Closed(why));
            if (tunnel.isStarted()) {
                if (tunnel.mayAnnounceEnd()) {
                    tunnel.frames().goAway(tunnel.lastProcessedStreamId(), NO_ERROR);
                }
                tunnel.out().flush();
            }
        }
        ChannelHandlerContext tls = tunnel.ctx().pipeline().context(SslHandler.class);
        (tls == null ? tunnel.ctx() : tls).close();
    }

    private void shutDown(TunnelFailure failure) {
        begun = true;
        tunnel.tearDown(failure);
    }
}
