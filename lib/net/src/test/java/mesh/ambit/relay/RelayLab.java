package mesh.ambit.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import mesh.ambit.hbone.ConnectExchange;
import mesh.ambit.hbone.ConnectHandler;
import mesh.ambit.hbone.HboneServer;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.hbone.HeaderFields;
import mesh.ambit.hbone.Loops;
import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.hbone.TunnelKey;
import mesh.ambit.hbone.TunnelPool;
import mesh.ambit.hbone.TunnelSettings;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.ExpectedSans;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TestPki;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.tls.TlsProvider;
import org.jspecify.annotations.Nullable;

/** An application's listener, a capture listener per path, and a tunnel between two small proxies. */
final class RelayLab {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int PATIENCE_MILLIS = 120_000;
    private static final SpiffeId CLIENT = SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/web");
    private static final SpiffeId SERVER = SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/orders");

    /** How the two applications reach each other. */
    enum Path {
        TUNNEL,
        PLAIN;

        int relays() {
            return this == TUNNEL ? 2 : 1;
        }
    }

    private final Transport transport;
    private final EventLoopGroup clientLoops;
    private final EventLoopGroup serverLoops;
    private final Svid clientSvid;
    private final Svid serverSvid;
    private final ServerSocket application;
    private final HboneServer server;
    private final TunnelPool pool;
    private final Channel tunnelListener;
    private final Channel tunnelCapture;
    private final Channel plainCapture;
    private final List<Relay> clientRelays = new CopyOnWriteArrayList<>();
    private final List<Relay> serverRelays = new CopyOnWriteArrayList<>();
    private final List<RelayEnd> ends = new CopyOnWriteArrayList<>();
    private volatile @Nullable Consumer<HboneStream> instead;
    private CompletableFuture<@Nullable Void> gate = CompletableFuture.completedFuture(null);

    RelayLab() {
        this(Transport.best());
    }

    RelayLab(Transport transport) {
        this.transport = transport;
        TestPki pki = new TestPki();
        clientSvid = pki.svid(CLIENT.toString());
        serverSvid = pki.svid(SERVER.toString());
        clientLoops = transport.group(1, "client");
        serverLoops = transport.group(1, "server");
        TlsContexts tls = new TlsContexts(TlsProvider.best(), InstantSource.system());
        try {
            application = new ServerSocket(0, 50, LOOPBACK);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server = new HboneServer(
                () -> CompletableFuture.completedFuture(serverSvid),
                tls,
                TunnelSettings.DEFAULT,
                InstantSource.system(),
                new Inbound());
        pool = new TunnelPool(
                transport.connector(clientLoops.next(), SocketSpace.HERE),
                tls,
                TunnelSettings.DEFAULT,
                InstantSource.system());
        tunnelListener = transport
                .listener(serverLoops, SocketSpace.HERE, false)
                .childHandler(server.initializer())
                .bind(new InetSocketAddress(LOOPBACK, 0))
                .syncUninterruptibly()
                .channel();
        tunnelCapture = capture(this::tunnel);
        plainCapture = capture(this::plain);
    }

    private interface Captured {
        void take(Channel channel, EarlyBytes early);
    }

    private Channel capture(Captured captured) {
        return transport
                .listener(clientLoops, SocketSpace.HERE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        EarlyBytes early = new EarlyBytes();
                        channel.pipeline().addLast(early, new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelActive(ChannelHandlerContext ctx) {
                                ctx.pipeline().remove(this);
                                gate.thenRun(() -> channel.eventLoop().execute(() -> captured.take(channel, early)));
                            }
                        });
                    }
                })
                .bind(new InetSocketAddress(LOOPBACK, 0))
                .syncUninterruptibly()
                .channel();
    }

    private void tunnel(Channel channel, EarlyBytes early) {
        TunnelKey key = new TunnelKey(
                CLIENT, ExpectedSans.of(SERVER), (InetSocketAddress) tunnelListener.localAddress(), LOOPBACK, "uid");
        pool.connect(key, () -> CompletableFuture.completedFuture(clientSvid), "10.0.0.9:80", HeaderFields.NONE)
                .addListener(done -> {
                    if (done.isSuccess()) {
                        clientRelays.add(Relay.outbound(channel, (HboneStream) done.getNow(), new Observer()));
                    } else {
                        channel.close();
                    }
                });
    }

    private void plain(Channel channel, EarlyBytes early) {
        dial(channel.eventLoop()).addListener((ChannelFuture done) -> {
            if (done.isSuccess()) {
                clientRelays.add(Relay.plain(channel, done.channel(), new Observer()));
            } else {
                channel.close();
            }
        });
    }

    private ChannelFuture dial(EventLoop loop) {
        Bootstrap connector = transport.connector(loop, SocketSpace.HERE).handler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new EarlyBytes());
            }
        });
        return connector.connect(application.getLocalSocketAddress());
    }

    private final class Inbound implements ConnectHandler {
        @Override
        public void onConnect(ConnectExchange exchange) {
            if (instead != null) {
                instead.accept(exchange.accept(HeaderFields.NONE));
                return;
            }
            dial(exchange.eventLoop()).addListener((ChannelFuture done) -> {
                if (done.isSuccess()) {
                    serverRelays.add(Relay.inbound(exchange.accept(HeaderFields.NONE), done.channel(), new Observer()));
                } else {
                    exchange.refuse(503);
                }
            });
        }

        @Override
        public void onHandshakeFailed(InetSocketAddress peer, InetSocketAddress local, TunnelFailure failure) {}
    }

    private final class Observer implements RelayObserver {
        private final AtomicLong bytes = new AtomicLong();

        @Override
        public void onSent(int sent) {
            bytes.addAndGet(sent);
        }

        @Override
        public void onEnd(RelayEnd end) {
            ends.add(end);
        }
    }

    Socket connect(Path path) throws IOException {
        Channel capture = path == Path.TUNNEL ? tunnelCapture : plainCapture;
        InetSocketAddress address = (InetSocketAddress) capture.localAddress();
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    Socket accept() throws IOException {
        application.setSoTimeout(PATIENCE_MILLIS);
        Socket socket = application.accept();
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Makes captured connections wait before their tunnel is asked for. */
    void holdTunnels() {
        gate = new CompletableFuture<>();
    }

    void releaseTunnels() {
        gate.complete(null);
    }

    /** Streams are opened and given to {@code server} instead of being relayed to the application. */
    void serveStreams(Consumer<HboneStream> server) {
        instead = server;
    }

    void closeTunnels() {
        server.close();
    }

    /** The client goes away without a word about its streams. */
    void leaveTunnels() throws Exception {
        Loops.on(clientLoops, () -> {
            pool.close();
            return 0;
        });
    }

    /**
     * What a writer has done that was stuck, or seemed so.
     *
     * @param taken bytes of writes that had returned then
     * @param asked bytes of writes that have begun by now
     */
    record Writing(long taken, AtomicLong asked) {
        long begun() {
            return asked.get();
        }
    }

    /** Writes until nothing has been taken for a while. */
    Writing writeUntilStuck(Socket socket) throws IOException {
        AtomicLong asked = new AtomicLong();
        AtomicLong written = new AtomicLong();
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            byte[] chunk = new byte[64 * 1024];
            try {
                while (!Thread.currentThread().isInterrupted() && written.get() < 200L * 1024 * 1024) {
                    asked.addAndGet(chunk.length);
                    socket.getOutputStream().write(chunk);
                    written.addAndGet(chunk.length);
                }
            } catch (IOException e) {
                // The test has closed the socket.
            }
        });
        AtomicLong last = new AtomicLong(-1);
        AtomicLong lastChange = new AtomicLong(System.nanoTime());
        Loops.await("writer stuck", () -> {
            long now = written.get();
            if (now != last.getAndSet(now)) {
                lastChange.set(System.nanoTime());
            }
            return System.nanoTime() - lastChange.get() > 300_000_000L;
        });
        writer.interrupt();
        return new Writing(written.get(), asked);
    }

    /** Returns how much CPU time the loops take while {@code millis} pass in which nothing happens. */
    long busyMillisIn(long millis) {
        long before = loopNanos();
        long start = System.nanoTime();
        Loops.await("time passes", () -> System.nanoTime() - start > millis * 1_000_000);
        return (loopNanos() - before) / 1_000_000;
    }

    private static long loopNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long nanos = 0;
        for (long id : threads.getAllThreadIds()) {
            ThreadInfo info = threads.getThreadInfo(id);
            if (info != null
                    && (info.getThreadName().startsWith("client-")
                            || info.getThreadName().startsWith("server-"))) {
                nanos += Math.max(0, threads.getThreadCpuTime(id));
            }
        }
        return nanos;
    }

    List<RelayEnd> ends() {
        return ends;
    }

    /** Returns the relay beside the client; the only one of the plain path. */
    Relay clientRelay() {
        Loops.await("a relay at the client", () -> !clientRelays.isEmpty());
        return clientRelays.getFirst();
    }

    Relay serverRelay() {
        Loops.await("a relay at the server", () -> !serverRelays.isEmpty());
        return serverRelays.getFirst();
    }

    void awaitEnds(Path path, RelayEnd expected) {
        List<RelayEnd> all = new ArrayList<>();
        for (int i = 0; i < path.relays(); i++) {
            all.add(expected);
        }
        Loops.await("relays ended with " + all + ", not " + ends, () -> ends.equals(all));
    }

    void close() throws Exception {
        application.close();
        tunnelCapture.close().sync();
        plainCapture.close().sync();
        tunnelListener.close().sync();
        Loops.on(clientLoops, () -> {
            pool.close();
            return 0;
        });
        Loops.get(server.close());
        Loops.await("server connections closed", () -> server.openTunnels() == 0);
        Loops.stop(clientLoops);
        Loops.stop(serverLoops);
        clientSvid.close();
        serverSvid.close();
    }
}
