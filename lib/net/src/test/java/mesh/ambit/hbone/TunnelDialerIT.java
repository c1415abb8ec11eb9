package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.ExpectedSans;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TestPki;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.tls.TlsProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a tunnel whose socket cannot even be made, as when descriptors run out or a pod's namespace is gone. */
class TunnelDialerIT {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final TunnelKey KEY = new TunnelKey(
            new SpiffeId("cluster.local", "shop", "web"),
            new ExpectedSans(List.of()),
            new InetSocketAddress(LOOPBACK, 15008),
            LOOPBACK,
            "uid");

    private final EventLoopGroup loops = Loops.start(1);
    private final EventLoop loop = loops.next();

    @AfterEach
    void stop() {
        Loops.stop(loops);
    }

    @Test
    void itsEndIsToldOnItsLoop() throws Exception {
        Promise<Boolean> goneOnLoop = loop.newPromise();
        ClientTunnel tunnel = new ClientTunnel(TunnelSettings.DEFAULT, TunnelGuards.NONE, new Owner(goneOnLoop));
        TunnelDialer dialer = new TunnelDialer(
                new Bootstrap().group(loop).channelFactory(() -> {
                    throw new ChannelException("Too many open files");
                }),
                new TlsContexts(TlsProvider.best(), InstantSource.system()),
                Duration.ZERO,
                SocketCare.NONE);

        try (Svid svid = new TestPki().svid("spiffe://cluster.local/ns/shop/sa/web")) {
            Loops.get(loop.submit(() -> {
                PooledTunnel entry = new PooledTunnel(KEY, tunnel, loop, Duration.ofMinutes(5), _ -> {});
                dialer.dial(entry, svid, null);
                entry.stopTimer();
            }));

            assertThat(Loops.get(goneOnLoop)).as("told on the loop").isTrue();
        }
    }

    private final class Owner implements ClientTunnel.Owner {
        private final Promise<Boolean> goneOnLoop;

        Owner(Promise<Boolean> goneOnLoop) {
            this.goneOnLoop = goneOnLoop;
        }

        @Override
        public void onUnusable(ClientTunnel tunnel) {}

        @Override
        public void onUnprocessed(ClientTunnel tunnel, PendingConnect request) {}

        @Override
        public boolean certificatesLast(ClientTunnel tunnel) {
            return true;
        }

        @Override
        public void onEstablished(ClientTunnel tunnel) {}

        @Override
        public void onGone(ClientTunnel tunnel) {
            goneOnLoop.trySuccess(loop.inEventLoop());
        }
    }
}
