package mesh.ambit.hbone;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandler;
import java.io.UncheckedIOException;
import java.time.Duration;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TlsContexts;
import org.jspecify.annotations.Nullable;

/** Connects the sockets of tunnels. */
final class TunnelDialer {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final Bootstrap template;
    private final TlsContexts tls;
    private final Duration handshakeTimeout;
    private final SocketCare care;

    TunnelDialer(Bootstrap template, TlsContexts tls, Duration handshakeTimeout, SocketCare care) {
        this.template = template;
        this.tls = tls;
        this.handshakeTimeout = handshakeTimeout;
        this.care = care;
    }

    /** Connects {@code entry}'s tunnel, or fails it: exactly one of {@code svid} and {@code failure} is there. */
    void dial(PooledTunnel entry, @Nullable Svid svid, @Nullable Throwable failure) {
        ClientTunnel tunnel = entry.tunnel();
        if (tunnel.isGone()) {
            return; // The pool was closed while we waited for the certificate.
        }
        if (svid == null) {
            tunnel.abort(new TunnelFailure.NoCertificate(failure == null ? "no certificate" : FailureText.of(failure)));
            return;
        }
        ChannelFuture connecting = template.clone()
                .option(ChannelOption.AUTO_READ, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_TIMEOUT.toMillis())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        TunnelSockets.tune(channel);
                        SslHandler ssl;
                        try {
                            ssl = tls.clientHandler(svid, entry.key().expected(), channel.alloc());
                        } catch (UncheckedIOException e) {
                            tunnel.abort(new TunnelFailure.NoCertificate(FailureText.of(e)));
                            channel.close();
                            return;
                        }
                        ssl.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
                        channel.pipeline().addLast(ssl, tunnel);
                    }
                })
                .connect(entry.key().address());
        entry.connecting(connecting.channel(), svid);
        Connects.whenEnded(connecting, done -> {
            if (done.isSuccess()) {
                TunnelSockets.connected(done.channel(), care);
            } else {
                tunnel.abort(failureOf(entry.key(), done.cause()));
            }
        });
    }

    private static TunnelFailure failureOf(TunnelKey key, @Nullable Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return new TunnelFailure.ConnectTimedOut(key.address(), CONNECT_TIMEOUT);
        }
        return new TunnelFailure.ConnectFailed(
                key.address(), "io error: " + (cause == null ? "cancelled" : SocketErrors.text(cause)));
    }
}
