package mesh.ambit.hbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.tls.ExpectedSans;
import mesh.ambit.tls.RevocationLists;
import mesh.ambit.tls.Revocations;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TestPki;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.tls.TlsPolicy;
import mesh.ambit.tls.TlsProvider;
import org.jspecify.annotations.Nullable;

/** A server that counts its tunnels, and pools that connect to it. */
final class TunnelLab {
    static final String CLIENT = "spiffe://cluster.local/ns/shop/sa/web";
    static final String SERVER = "spiffe://cluster.local/ns/shop/sa/orders";
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    /** Stands still at the time of its creation, so that nothing ends by itself while a slow machine works; moved by hand. */
    static final class MovableClock implements InstantSource {
        private volatile Instant now = Instant.now();

        void move(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private final EventLoopGroup clientLoops = Loops.start(1);
    private final EventLoopGroup serverLoops = Loops.start(1);
    private final EventLoop loop = clientLoops.next();
    private final TestPki pki = new TestPki();
    private final Revocations revocations = new Revocations(_ -> {});
    private final TlsContexts tls =
            new TlsContexts(TlsPolicy.DEFAULT, TlsProvider.best(), InstantSource.system(), revocations);
    private final MovableClock clock = new MovableClock();
    private final MovableClock serverClock = new MovableClock();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger turnedAway = new AtomicInteger();
    private final List<Svid> svids = new ArrayList<>();
    private final List<TunnelPool> pools = new ArrayList<>();
    private Svid clientSvid = keep(pki.svid(CLIENT));
    private @Nullable Svid serverSvid;
    private @Nullable HboneServer server;
    private @Nullable Channel listener;

    private Svid keep(Svid svid) {
        svids.add(svid);
        return svid;
    }

    EventLoop loop() {
        return loop;
    }

    TlsContexts tls() {
        return tls;
    }

    /** Returns a certificate for {@code uri} that is closed with the lab. */
    Svid svid(String uri) {
        return keep(pki.svid(uri));
    }

    /** The pools' clock. */
    MovableClock clock() {
        return clock;
    }

    /** The server's clock, by which it sets a timer for the end of its client's certificate. */
    MovableClock serverClock() {
        return serverClock;
    }

    Svid clientSvid() {
        return clientSvid;
    }

    void clientSvid(TestPki.Leaf leaf) {
        clientSvid = keep(leaf.svid(pki));
    }

    Svid serverSvid() {
        return Objects.requireNonNull(serverSvid, "nothing serves");
    }

    /** Publishes a list that revokes {@code svids} and nobody else. */
    void revoke(Svid... svids) throws Exception {
        X509Certificate[] leaves = Stream.of(svids).map(Svid::leaf).toArray(X509Certificate[]::new);
        revocations.publish(RevocationLists.parse(pki.crl(leaves)));
    }

    /** Returns how many ends of tunnels are watched for revocation. */
    int watched() {
        return revocations.watched();
    }

    void serveEcho() {
        serveEcho(new TestPki.Leaf(SERVER));
    }

    void serveEcho(TestPki.Leaf leaf) {
        serve(leaf, exchange -> {
            HboneStream stream = exchange.accept(HeaderFields.NONE);
            stream.receive(new TestStreams.Echo(stream));
        });
    }

    void serve(Consumer<ConnectExchange> onConnect) {
        serve(new TestPki.Leaf(SERVER), onConnect);
    }

    private void serve(TestPki.Leaf leaf, Consumer<ConnectExchange> onConnect) {
        Svid svid = keep(leaf.svid(pki));
        serverSvid = svid;
        HboneServer hbone = new HboneServer(
                () -> CompletableFuture.completedFuture(svid),
                tls,
                TunnelSettings.DEFAULT,
                serverClock,
                TestServers.handler(onConnect, _ -> failures.incrementAndGet()));
        server = hbone;
        listener = Transport.best()
                .listener(serverLoops, SocketSpace.HERE, false)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object child) {
                        accepted.incrementAndGet();
                        ctx.fireChannelRead(child);
                    }
                })
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (turnedAway.getAndDecrement() > 0) {
                            channel.config().setAutoRead(true);
                            channel.pipeline().addLast(tls.serverHandler(svid, channel.alloc()), new TurnAway());
                        } else {
                            channel.pipeline().addLast(hbone.initializer());
                        }
                    }
                })
                .bind(new InetSocketAddress(LOOPBACK, 0))
                .syncUninterruptibly()
                .channel();
    }

    /** Makes the next {@code connections} end with GOAWAY whatever they ask, nothing of it processed. */
    void turnAway(int connections) {
        turnedAway.set(connections);
    }

    private static final class TurnAway extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent) {
                ctx.writeAndFlush(FrameWriter.settings(ctx.alloc()));
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ReferenceCountUtil.release(msg);
            ctx.writeAndFlush(FrameWriter.goAway(ctx.alloc(), 0, Http2Error.NO_ERROR, ""));
        }
    }

    int acceptedTunnels() {
        return accepted.get();
    }

    int handshakes() {
        return failures.get();
    }

    TunnelPool pool() {
        return pool(100, Duration.ofMinutes(5));
    }

    TunnelPool pool(int maxStreams, Duration unusedRelease) {
        TunnelSettings defaults = TunnelSettings.DEFAULT;
        TunnelPool pool = new TunnelPool(
                Transport.best().connector(loop, SocketSpace.HERE),
                tls,
                new TunnelSettings(
                        defaults.streamWindowBytes(),
                        defaults.connectionWindowBytes(),
                        defaults.maxFrameBytes(),
                        maxStreams,
                        unusedRelease,
                        defaults.care()),
                clock);
        pools.add(pool);
        return pool;
    }

    TunnelKey key(String uid, String downstream) {
        if (listener == null) {
            throw new IllegalStateException("nothing serves");
        }
        return new TunnelKey(
                SpiffeId.parse(CLIENT),
                ExpectedSans.of(SpiffeId.parse(SERVER)),
                (InetSocketAddress) listener.localAddress(),
                InetAddress.ofLiteral(downstream),
                uid);
    }

    /** Asks for a stream; on the loop. */
    Future<HboneStream> request(TunnelPool pool) {
        return request(pool, key("uid", "127.0.0.1"));
    }

    private Future<HboneStream> request(TunnelPool pool, TunnelKey key) {
        Svid svid = clientSvid;
        return pool.connect(key, () -> CompletableFuture.completedFuture(svid), "10.0.0.1:80", HeaderFields.NONE);
    }

    HboneStream open(TunnelPool pool) throws Exception {
        return open(pool, key("uid", "127.0.0.1"));
    }

    HboneStream open(TunnelPool pool, TunnelKey key) throws Exception {
        return Loops.get(Loops.get(loop.submit(() -> request(pool, key))));
    }

    List<HboneStream> openMany(TunnelPool pool, int count) throws Exception {
        List<Future<HboneStream>> requests = new ArrayList<>();
        onLoop(() -> {
            for (int i = 0; i < count; i++) {
                requests.add(request(pool));
            }
        });
        List<HboneStream> streams = new ArrayList<>();
        for (Future<HboneStream> request : requests) {
            streams.add(Loops.get(request));
        }
        return streams;
    }

    void onLoop(Runnable action) throws Exception {
        Loops.get(loop.submit(action));
    }

    TestStreams.Recorder record(HboneStream stream) throws Exception {
        TestStreams.Recorder recorder = new TestStreams.Recorder(stream, true);
        onLoop(() -> stream.receive(recorder));
        return recorder;
    }

    /** Sends {@code text} and waits for it to come back; the stream stays open. */
    void echo(HboneStream stream, String text) throws Exception {
        TestStreams.Recorder recorder = record(stream);
        onLoop(() -> {
            stream.write(Unpooled.copiedBuffer(text, UTF_8));
            stream.flush();
        });
        Loops.await("echo of " + text, () -> new String(recorder.kept(), UTF_8).equals(text));
    }

    /** Ends our half, and with it, since the server echoes, the stream. */
    void finish(HboneStream stream) throws Exception {
        onLoop(stream::shutdownOutput);
    }

    int openTunnels(TunnelPool pool) throws Exception {
        return Loops.get(loop.submit(pool::openTunnels));
    }

    void awaitOpenTunnels(TunnelPool pool, int expected) {
        Loops.await(expected + " tunnels open", () -> {
            try {
                return openTunnels(pool) == expected;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Says whether a new request would get a new tunnel. */
    boolean isLeft(TunnelPool pool) {
        try {
            return Loops.get(loop.submit(pool::pooledTunnels)) == 0;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    void close() throws Exception {
        for (TunnelPool pool : pools) {
            onLoop(pool::close);
        }
        if (listener != null && server != null) {
            listener.close().await();
            HboneServer serving = server;
            Loops.get(serving.close());
            Loops.await("server connections closed", () -> serving.openTunnels() == 0);
        }
        Loops.stop(clientLoops);
        Loops.stop(serverLoops);
        svids.forEach(Svid::close);
    }
}
