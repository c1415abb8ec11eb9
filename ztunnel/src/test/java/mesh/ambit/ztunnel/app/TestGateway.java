package mesh.ambit.ztunnel.app;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import mesh.ambit.hbone.ConnectExchange;
import mesh.ambit.hbone.ConnectHandler;
import mesh.ambit.hbone.HboneServer;
import mesh.ambit.hbone.HeaderFields;
import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.hbone.TunnelSettings;
import mesh.ambit.relay.EarlyBytes;
import mesh.ambit.relay.Relay;
import mesh.ambit.relay.RelayEnd;
import mesh.ambit.relay.RelayObserver;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.testkit.LabNamespace;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.tls.TlsProvider;

/** A network's gateway: ends the tunnels that come to it and passes what is in their streams on, unseen, to one peer. */
final class TestGateway implements AutoCloseable {
    private static final int HBONE = 15008;

    private final EventLoopGroup loops = Transport.best().group(1, "gateway");
    private final SocketSpace space;
    private final Svid svid;
    private final InetSocketAddress peer;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    TestGateway(LabNamespace pod, Svid svid, InetAddress peer) {
        this.space = constructor -> pod.call(constructor::get);
        this.svid = svid;
        this.peer = new InetSocketAddress(peer, HBONE);
        HboneServer server = new HboneServer(
                () -> CompletableFuture.completedFuture(svid),
                new TlsContexts(TlsProvider.best(), InstantSource.system()),
                TunnelSettings.DEFAULT,
                InstantSource.system(),
                new Onward());
        Transport.best()
                .listener(loops, space, false)
                .childHandler(server.initializer())
                .bind(HBONE)
                .syncUninterruptibly();
    }

    /** Returns who asked for what, in order. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(60, TimeUnit.SECONDS);
        svid.close();
    }

    private final class Onward implements ConnectHandler {
        @Override
        public void onConnect(ConnectExchange exchange) {
            asked.add(exchange.request().peer() + " for " + exchange.request().authority());
            Transport.best()
                    .connector(exchange.eventLoop(), space)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(new EarlyBytes());
                        }
                    })
                    .connect(peer)
                    .addListener((ChannelFuture done) -> {
                        if (done.isSuccess()) {
                            Relay.inbound(exchange.accept(HeaderFields.NONE), done.channel(), new Unseen());
                        } else {
                            exchange.refuse(503);
                        }
                    });
        }

        @Override
        public void onHandshakeFailed(InetSocketAddress from, InetSocketAddress to, TunnelFailure failure) {
            asked.add(failure.text());
        }
    }

    private static final class Unseen implements RelayObserver {
        @Override
        public void onEnd(RelayEnd end) {}
    }
}
