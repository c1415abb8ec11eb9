package mesh.ambit.hbone;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TlsContexts;

/**
 * Makes tunnels inside the streams of other tunnels: a TLS handshake of their own end to end, one CONNECT in them, and
 * never a second one, since a gateway chooses a destination for each stream. They end with their one stream.
 */
public final class InnerTunnel {
    private final TlsContexts tls;
    private final TunnelSettings settings;
    private final TunnelGuards guards;

    /**
     * Creates one; it makes any number of tunnels.
     *
     * @param guards bound the handshake inside, as they bound the one outside
     */
    public InnerTunnel(TlsContexts tls, TunnelSettings settings, TunnelGuards guards) {
        this.guards = Objects.requireNonNull(guards, "guards");
        this.tls = Objects.requireNonNull(tls, "tls");
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /**
     * Asks for a stream to {@code authority} over a tunnel inside {@code outer}, which is taken over: call this in the
     * turn in which it was received. The future completes on the stream's loop and fails with a {@link TunnelException};
     * cancelling it gives up, and ends the outer stream.
     *
     * @param key whose certificate is shown and whom we accept inside; the rest says which way the outer stream goes
     */
    public Future<HboneStream> connect(
            HboneStream outer, TunnelKey key, Svid svid, String authority, HeaderFields headers) {
        assert outer.eventLoop().inEventLoop();
        Promise<HboneStream> promise = outer.eventLoop().newPromise();
        StreamChannel channel = new StreamChannel(outer);
        ClientTunnel tunnel = new ClientTunnel(settings, guards, new Alone());
        tunnel.request(
                new PendingConnect(key, () -> CompletableFuture.completedFuture(svid), authority, headers, promise));
        promise.addListener(done -> {
            if (!done.isSuccess()) {
                channel.close();
            }
        });
        channel.pipeline().addLast(new Initializer(key, svid, tunnel));
        outer.eventLoop().register(channel).addListener(registered -> {
            if (!registered.isSuccess()) {
                tunnel.abort(new TunnelFailure.HandshakeFailed("io error: " + FailureText.of(registered.cause())));
            }
            channel.start();
        });
        return promise;
    }

    /** Puts TLS and the tunnel into a stream's pipeline. */
    private final class Initializer extends ChannelInitializer<Channel> {
        private final TunnelKey key;
        private final Svid svid;
        private final ClientTunnel tunnel;

        Initializer(TunnelKey key, Svid svid, ClientTunnel tunnel) {
            this.key = key;
            this.svid = svid;
            this.tunnel = tunnel;
        }

        @Override
        protected void initChannel(Channel channel) {
            SslHandler ssl;
            try {
                ssl = tls.clientHandler(svid, key.expected(), channel.alloc());
            } catch (UncheckedIOException e) {
                tunnel.abort(new TunnelFailure.NoCertificate(FailureText.of(e)));
                channel.close();
                return;
            }
            ssl.setHandshakeTimeoutMillis(guards.handshakeTimeout().toMillis());
            channel.pipeline().addLast(ssl, tunnel);
            tunnel.release();
        }
    }

    /** The tunnel's owner: nobody keeps it, nothing is tried again. */
    private static final class Alone implements ClientTunnel.Owner {
        @Override
        public void onUnusable(ClientTunnel tunnel) {}

        @Override
        public void onUnprocessed(ClientTunnel tunnel, PendingConnect request) {
            request.fail(new TunnelFailure.Http2Failed("h2 failed: not processed by the peer"));
        }

        /** The one request never waits for another's stream. */
        @Override
        public boolean certificatesLast(ClientTunnel tunnel) {
            return true;
        }

        @Override
        public void onEstablished(ClientTunnel tunnel) {}

        @Override
        public void onGone(ClientTunnel tunnel) {}
    }
}
