package mesh.ambit.ztunnel.inbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mesh.ambit.hbone.HboneServer;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.hbone.HeaderFields;
import mesh.ambit.hbone.TunnelException;
import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.hbone.TunnelKey;
import mesh.ambit.hbone.TunnelPool;
import mesh.ambit.hbone.TunnelSettings;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.MeshView;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.PolicySet;
import mesh.ambit.policy.PolicyView;
import mesh.ambit.policy.StringMatch.Presence;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.telemetry.ConnectionTelemetry;
import mesh.ambit.telemetry.Metrics;
import mesh.ambit.telemetry.TrafficMetrics;
import mesh.ambit.testkit.Await;
import mesh.ambit.testkit.TestAuthority;
import mesh.ambit.tls.ExpectedSans;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.tls.TlsProvider;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.LocalWorkload;
import org.slf4j.event.Level;

/** The inbound side of one pod on loopback, and a client that does as it is told. */
final class InboundLab {
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    static final SpiffeId CLIENT = new SpiffeId("cluster.local", "shop", "client");
    static final Workload WEB = Workload.builder("Kubernetes//Pod/shop/web")
            .name("web")
            .namespace("shop")
            .serviceAccount("web")
            .addresses(List.of(LOOPBACK))
            .build();

    final MeshView mesh = new MeshView();
    final PolicyView policies = new PolicyView();
    final Metrics metrics = Metrics.of("test", "");
    final LiveConnections connections;
    final HboneServer server;
    final ServerSocket application = listener();
    final Svid clientSvid;

    private final TestAuthority authority = new TestAuthority("mesh");
    private final Svid serverSvid = authority.svid(WEB.identity());
    private final Transport transport = Transport.best();
    private final EventLoopGroup loops = transport.group(2, "inbound-it");
    private final EventLoop clientLoop = loops.next();
    private final LocalWorkload pod;
    private final PolicyWatch watch;
    private final TunnelPool pool;
    private final Channel listener;
    private final InboundContext context;

    /** Opens the lab, with {@link #WEB} described. */
    InboundLab(InboundSettings settings) {
        clientSvid = authority.svid(CLIENT);
        connections = new LiveConnections(loops);
        pod = new LocalWorkload(mesh, new WorkloadInfo("web", "shop", "web"), null, Duration.ofMillis(200));
        TlsContexts tls = new TlsContexts(TlsProvider.best(), InstantSource.system());
        context = new InboundContext(
                "",
                new InboundRouter("", Set.of(15008), settings),
                mesh,
                policies,
                new DecisionLog(Level.DEBUG),
                pod,
                connections,
                new ConnectionTelemetry(TrafficMetrics.on(metrics), System::nanoTime),
                new ApplicationDialer(this::connector, this::connector),
                () -> false,
                true);
        watch = new PolicyWatch(context);
        server = new HboneServer(
                () -> CompletableFuture.completedFuture(serverSvid),
                tls,
                TunnelSettings.DEFAULT,
                InstantSource.system(),
                new HboneRequests(context));
        pool = new TunnelPool(connector(clientLoop), tls, TunnelSettings.DEFAULT, InstantSource.system());
        listener = transport
                .listener(loops, SocketSpace.HERE, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, false)
                .childHandler(server.initializer())
                .bind(new InetSocketAddress(LOOPBACK, 0))
                .syncUninterruptibly()
                .channel();
        describe(WEB);
    }

    /** Closes it all; fails if a connection stays. */
    void close() throws Exception {
        clientLoop.submit(pool::close).get(30, TimeUnit.SECONDS);
        // What nobody has accepted would end with the relays' patience only.
        application.close();
        Await.until("no connection is left", () -> connections.count() == 0);
        watch.close();
        pod.close();
        listener.close().syncUninterruptibly();
        server.close().get(30, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).get(30, TimeUnit.SECONDS);
        clientSvid.close();
        serverSvid.close();
        metrics.close();
    }

    /** Opens a port whose connections are taken for captured ones on their way to {@code target}; returns it. */
    int capture(InetSocketAddress target) {
        Channel capturing = transport
                .listener(loops, SocketSpace.HERE, false)
                .childHandler(new PlaintextCapture(context, _ -> target))
                .bind(new InetSocketAddress(LOOPBACK, 0))
                .syncUninterruptibly()
                .channel();
        return ((InetSocketAddress) capturing.localAddress()).getPort();
    }

    /** Waits until the metrics say {@code text}: whoever is cut may learn of it a moment before it is counted. */
    void awaitMetric(String text) {
        Await.until("the metrics say " + text, () -> metrics.page("").body().contains(text));
    }

    /** Replaces the mesh by these. */
    void describe(MeshResource... resources) {
        mesh.publish(MeshSnapshot.EMPTY.apply(List.of(resources), List.of()));
    }

    /** Replaces the policies by these. */
    void enforce(Policy... enforced) {
        policies.publish(PolicySet.EMPTY.apply(List.of(enforced), List.of()));
    }

    /** Returns a policy about whoever has an identity. */
    static Policy policy(String name, Policy.Scope scope, Policy.Action action) {
        Match anybody = Match.builder().principals(List.of(new Presence())).build();
        return new Policy(
                "shop",
                name,
                scope,
                action,
                List.of(new Policy.Group(List.of(new Policy.Clause(List.of(anybody))))),
                false);
    }

    Svid svid(SpiffeId id, Instant notBefore, Instant notAfter) {
        return authority.svid(id, notBefore, notAfter);
    }

    Svid svid(SpiffeId id) {
        return authority.svid(id);
    }

    private Bootstrap connector(EventLoop loop) {
        return transport.connector(loop, SocketSpace.HERE);
    }

    /** Returns the application, as a tunnel asks for it. */
    String authority() {
        return "127.0.0.1:" + application.getLocalPort();
    }

    Future<Ending> connect(String asked) {
        return connect(asked, clientSvid);
    }

    Future<Ending> connect(String asked, Svid svid) {
        TunnelKey key = new TunnelKey(
                svid.identity(),
                ExpectedSans.of(WEB.identity()),
                (InetSocketAddress) listener.localAddress(),
                LOOPBACK,
                svid.notAfter().toString());
        Promise<Ending> promise = clientLoop.newPromise();
        clientLoop.execute(() -> {
            Future<HboneStream> request =
                    pool.connect(key, () -> CompletableFuture.completedFuture(svid), asked, HeaderFields.NONE);
            promise.addListener(done -> {
                if (done.isCancelled()) {
                    request.cancel(false);
                }
            });
            request.addListener((Future<HboneStream> done) -> {
                if (done.isSuccess()) {
                    promise.trySuccess(new Ending(done.getNow()));
                } else {
                    promise.tryFailure(done.cause());
                }
            });
        });
        return promise;
    }

    int statusOf(String asked) throws Exception {
        return ((TunnelFailure.Refused) failureOf(connect(asked))).status();
    }

    static TunnelFailure failureOf(Future<Ending> connect) throws Exception {
        assertThat(connect.await(30, TimeUnit.SECONDS)).isTrue();
        return ((TunnelException) connect.cause()).failure();
    }

    private static ServerSocket listener() {
        try {
            return new ServerSocket(0, 50, LOOPBACK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes what a stream brings, and returns no credit for it. */
    static final class Ending implements HboneStream.Receiver {
        final HboneStream stream;
        final HeaderFields headers;
        final CompletableFuture<String> data = new CompletableFuture<>();
        final CompletableFuture<Long> code = new CompletableFuture<>();

        Ending(HboneStream stream) {
            this.stream = stream;
            this.headers = stream.headers();
            stream.receive(this);
        }

        void reset() throws Exception {
            stream.eventLoop().submit(() -> stream.reset(Http2Error.CANCEL)).get(30, TimeUnit.SECONDS);
        }

        @Override
        public void onData(ByteBuf bytes) {
            data.complete(bytes.toString(US_ASCII));
            bytes.release();
        }

        @Override
        public void onDataComplete() {}

        @Override
        public void onEndOfInput() {}

        @Override
        public void onOutputEnded() {}

        @Override
        public void onWritable() {}

        @Override
        public void onReset(long received) {
            code.complete(received);
        }

        @Override
        public void onLost(TunnelFailure failure, boolean owed) {
            code.completeExceptionally(new TunnelException(failure));
        }
    }
}
