package mesh.ambit.hbone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.tls.ExpectedSans;
import mesh.ambit.tls.PeerRefusal;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TestPki;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.tls.TlsProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pool and server, TLS and loopback sockets. */
class TunnelIT {
    private static final String CLIENT = "spiffe://cluster.local/ns/shop/sa/web";
    private static final String SERVER = "spiffe://cluster.local/ns/shop/sa/orders";
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final EventLoopGroup clientLoops = Loops.start(1);
    private final EventLoopGroup serverLoops = Loops.start(1);
    private final EventLoop loop = clientLoops.next();
    private final TestPki pki = new TestPki();
    private final TlsContexts tls = new TlsContexts(TlsProvider.best(), InstantSource.system());
    private final List<Channel> listeners = new ArrayList<>();
    private final List<HboneServer> servers = new ArrayList<>();
    private final List<Svid> svids = new ArrayList<>();
    private final Svid clientSvid = svid(CLIENT);
    private final List<TunnelPool> pools = new ArrayList<>();
    private final Queue<ConnectRequest> requests = new ConcurrentLinkedQueue<>();
    private final Queue<TunnelFailure> handshakeFailures = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() throws Exception {
        for (TunnelPool pool : pools) {
            Loops.get(loop.submit(pool::close));
        }
        for (Channel listener : listeners) {
            listener.close().await();
        }
        for (HboneServer server : servers) {
            server.close().await();
            Loops.await("server connections closed", () -> server.openTunnels() == 0);
        }
        Loops.stop(clientLoops);
        Loops.stop(serverLoops);
        svids.forEach(Svid::close);
    }

    @Test
    void bytesAndHeadersGoBothWays() throws Exception {
        InetSocketAddress address = serve(exchange -> {
            HboneStream stream = exchange.accept(HeaderFields.of("baggage", "k8s.namespace.name=shop"));
            stream.receive(new TestStreams.Echo(stream));
        });
        TunnelPool pool = pool();

        HboneStream stream =
                Loops.get(connect(pool, address, HeaderFields.of("baggage", "a=b", "forwarded", "for=\"10.0.0.1:1\"")));
        HeaderFields answer = stream.headers();
        TestStreams.Recorder recorder = record(stream);
        loop.submit(() -> {
                    stream.write(Unpooled.copiedBuffer("hello", UTF_8));
                    stream.shutdownOutput();
                })
                .await();

        Loops.await("echo ended", () -> recorder.ended);
        assertThat(new String(recorder.kept(), UTF_8)).isEqualTo("hello");
        assertThat(answer.first("baggage")).isEqualTo("k8s.namespace.name=shop");
        assertThat(stream.headers()).as("kept while the stream lasts").isEqualTo(HeaderFields.NONE);
        assertThat(stream.peer()).isEqualTo(SpiffeId.parse(SERVER));
        ConnectRequest request = requests.remove();
        assertThat(request.method()).isEqualTo("CONNECT");
        assertThat(request.authority()).isEqualTo("10.1.2.3:80");
        assertThat(request.peer()).isEqualTo(SpiffeId.parse(CLIENT));
        assertThat(request.headers().fields())
                .extracting(HeaderFields.Field::name)
                .containsExactly("baggage", "forwarded");
        assertThat(request.localAddress()).isEqualTo(address);
    }

    @Test
    void hundredRequestsAtOnceShareOneTunnelAndTheNextOneOpensAnother() throws Exception {
        InetSocketAddress address = serve(exchange -> {
            HboneStream stream = exchange.accept(HeaderFields.NONE);
            stream.receive(new TestStreams.Echo(stream));
        });
        TunnelPool pool = pool();

        List<Future<HboneStream>> streams = new ArrayList<>();
        Loops.get(loop.submit(() -> {
            for (int i = 0; i < 100; i++) {
                streams.add(connectOnLoop(pool, address, HeaderFields.NONE));
            }
        }));
        for (Future<HboneStream> stream : streams) {
            record(Loops.get(stream));
        }
        int before = openTunnels(pool);
        record(Loops.get(connect(pool, address, HeaderFields.NONE)));

        assertThat(before).isEqualTo(1);
        assertThat(openTunnels(pool)).isEqualTo(2);
    }

    @Test
    void manyMegabytesCrossWithoutLoss() throws Exception {
        long size = 64L * 1024 * 1024;
        InetSocketAddress address = serve(exchange -> {
            HboneStream stream = exchange.accept(HeaderFields.NONE);
            stream.receive(new TestStreams.Echo(stream));
        });
        TunnelPool pool = pool();
        HboneStream stream = Loops.get(connect(pool, address, HeaderFields.NONE));
        Pump pump = new Pump(stream, size);

        loop.submit(pump::start).await();

        Loops.await("all came back", () -> pump.bytes.get() == size && pump.ended);
        assertThat(pump.mismatches).isZero();
    }

    @Test
    void refusalCarriesItsStatusAndKeepsTheTunnel() throws Exception {
        InetSocketAddress address = serve(exchange -> exchange.refuse(401));
        TunnelPool pool = pool();

        assertThatThrownBy(() -> Loops.get(connect(pool, address, HeaderFields.NONE)))
                .isInstanceOfSatisfying(
                        TunnelException.class, e -> assertThat(e.failure()).isEqualTo(new TunnelFailure.Refused(401)))
                .hasMessage("http status: 401 Unauthorized");
        assertThatThrownBy(() -> Loops.get(connect(pool, address, HeaderFields.NONE)))
                .isInstanceOf(TunnelException.class);
        assertThat(openTunnels(pool)).isEqualTo(1);
        assertThat(servers.getFirst().openTunnels()).isEqualTo(1);
    }

    @Test
    void serverOfAnotherIdentityIsRefusedByTheClient() throws Exception {
        InetSocketAddress address = serve(exchange -> exchange.refuse(503));
        TunnelPool pool = pool();
        TunnelKey key = key(address, ExpectedSans.of(SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/other")));

        assertThatThrownBy(() -> Loops.get(connect(pool, key, svid(CLIENT), HeaderFields.NONE)))
                .isInstanceOfSatisfying(
                        TunnelException.class,
                        e -> assertThat(e.failure())
                                .isInstanceOfSatisfying(
                                        TunnelFailure.PeerRefused.class,
                                        refused -> assertThat(refused.refusal())
                                                .isEqualTo(PeerRefusal.UNEXPECTED_IDENTITY)))
                .hasMessageStartingWith("io error: invalid peer certificate: ");
        assertThat(openTunnels(pool)).isZero();
    }

    @Test
    void clientOfAnotherTrustDomainShowsAsHttp2Failure() throws Exception {
        InetSocketAddress address = serve(exchange -> exchange.refuse(503));
        TunnelPool pool = pool();
        Svid foreign = svid("spiffe://elsewhere/ns/shop/sa/web");

        assertThatThrownBy(() -> Loops.get(connect(
                        pool, key(address, ExpectedSans.of(SpiffeId.parse(SERVER))), foreign, HeaderFields.NONE)))
                .hasMessage("h2 failed: received fatal alert: CertificateUnknown");
        Loops.await("server told", () -> !handshakeFailures.isEmpty());
        assertThat(handshakeFailures.remove())
                .isInstanceOfSatisfying(
                        TunnelFailure.PeerRefused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(PeerRefusal.TRUST_DOMAIN));
    }

    @Test
    void refusedConnectionSaysSo() throws Exception {
        TunnelPool pool = pool();

        // Bound, so that nobody else may listen there.
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(LOOPBACK, 0));
            InetSocketAddress nobody = new InetSocketAddress(LOOPBACK, bound.getLocalPort());
            assertThatThrownBy(() -> Loops.get(connect(pool, nobody, HeaderFields.NONE)))
                    .isInstanceOfSatisfying(
                            TunnelException.class,
                            e -> assertThat(e.failure()).isInstanceOf(TunnelFailure.ConnectFailed.class))
                    .hasMessageContaining("refused");
        }
        assertThat(openTunnels(pool)).isZero();
    }

    @Test
    void drainedServerServesWhatIsOpenAndClosesAfterIt() throws Exception {
        InetSocketAddress address = serve(exchange -> {
            HboneStream stream = exchange.accept(HeaderFields.NONE);
            stream.receive(new TestStreams.Echo(stream));
        });
        TunnelPool pool = pool();
        HboneStream stream = Loops.get(connect(pool, address, HeaderFields.NONE));
        TestStreams.Recorder recorder = record(stream);

        Future<?> drained = servers.getFirst().drain();
        HboneStream second = Loops.get(connect(pool, address, HeaderFields.NONE));
        TestStreams.Recorder secondRecorder = record(second);
        loop.submit(() -> {
                    stream.write(Unpooled.copiedBuffer("late", UTF_8));
                    stream.shutdownOutput();
                    second.shutdownOutput();
                })
                .await();

        Loops.await("both ended", () -> recorder.ended && secondRecorder.ended);
        assertThat(new String(recorder.kept(), UTF_8)).isEqualTo("late");
        Loops.await("first tunnel closed", () -> servers.getFirst().openTunnels() == 0);
        Loops.get(drained);
    }

    /** Writes a pattern as fast as it is welcome and checks what comes back. */
    private static final class Pump extends TestStreams.Recorder {
        private final HboneStream stream;
        private final long size;
        private long written;
        private long checked;
        volatile long mismatches;

        Pump(HboneStream stream, long size) {
            super(stream, false);
            this.stream = stream;
            this.size = size;
        }

        void start() {
            stream.receive(this);
            onWritable();
        }

        @Override
        public void onWritable() {
            while (written < size && stream.isWritable()) {
                int length = (int)
                        Math.min(size - written, 1 + ThreadLocalRandom.current().nextInt(65_000));
                ByteBuf data = PooledByteBufAllocator.DEFAULT.buffer(length + HboneStream.HEADROOM_BYTES);
                data.setIndex(HboneStream.HEADROOM_BYTES, HboneStream.HEADROOM_BYTES);
                // At once: every touch of a buffer is recorded, which costs far more than the copy.
                byte[] bytes = new byte[length];
                for (int i = 0; i < length; i++) {
                    bytes[i] = pattern(written + i);
                }
                data.writeBytes(bytes);
                written += length;
                stream.write(data);
            }
            stream.flush();
            if (written == size) {
                stream.shutdownOutput();
            }
        }

        @Override
        public synchronized void onData(ByteBuf data) {
            byte[] bytes = new byte[data.readableBytes()];
            data.getBytes(data.readerIndex(), bytes);
            for (byte each : bytes) {
                if (each != pattern(checked++)) {
                    mismatches++;
                }
            }
            super.onData(data);
        }

        private static byte pattern(long position) {
            return (byte) (position * 31 + (position >> 11));
        }
    }

    private Svid svid(String identity) {
        Svid svid = pki.svid(identity);
        svids.add(svid);
        return svid;
    }

    private InetSocketAddress serve(Consumer<ConnectExchange> onConnect) throws Exception {
        Svid svid = svid(SERVER);
        HboneServer server = new HboneServer(
                () -> CompletableFuture.completedFuture(svid),
                tls,
                TunnelSettings.DEFAULT,
                InstantSource.system(),
                TestServers.handler(
                        exchange -> {
                            requests.add(exchange.request());
                            onConnect.accept(exchange);
                        },
                        handshakeFailures::add));
        servers.add(server);
        Channel listener = TestServers.listen(serverLoops, server);
        listeners.add(listener);
        return (InetSocketAddress) listener.localAddress();
    }

    private TunnelPool pool() {
        TunnelPool pool = new TunnelPool(
                Transport.best().connector(loop, SocketSpace.HERE),
                tls,
                TunnelSettings.DEFAULT,
                InstantSource.system());
        pools.add(pool);
        return pool;
    }

    private static TunnelKey key(InetSocketAddress address, ExpectedSans expected) {
        return new TunnelKey(SpiffeId.parse(CLIENT), expected, address, LOOPBACK, "uid");
    }

    private Future<HboneStream> connect(TunnelPool pool, InetSocketAddress address, HeaderFields headers)
            throws Exception {
        return Loops.get(loop.submit(() -> connectOnLoop(pool, address, headers)));
    }

    private Future<HboneStream> connectOnLoop(TunnelPool pool, InetSocketAddress address, HeaderFields headers) {
        return pool.connect(
                key(address, ExpectedSans.of(SpiffeId.parse(SERVER))),
                () -> CompletableFuture.completedFuture(clientSvid),
                "10.1.2.3:80",
                headers);
    }

    private Future<HboneStream> connect(TunnelPool pool, TunnelKey key, Svid svid, HeaderFields headers)
            throws Exception {
        return Loops.get(loop.submit(
                () -> pool.connect(key, () -> CompletableFuture.completedFuture(svid), "10.1.2.3:80", headers)));
    }

    private TestStreams.Recorder record(HboneStream stream) throws Exception {
        TestStreams.Recorder recorder = new TestStreams.Recorder(stream, true);
        Loops.get(loop.submit(() -> stream.receive(recorder)));
        return recorder;
    }

    private int openTunnels(TunnelPool pool) throws Exception {
        return Loops.get(loop.submit(pool::openTunnels));
    }
}
