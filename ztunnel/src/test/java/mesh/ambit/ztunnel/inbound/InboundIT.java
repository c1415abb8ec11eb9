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
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.hbone.HboneServer;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.hbone.HeaderFields;
import mesh.ambit.hbone.TunnelException;
import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.hbone.TunnelKey;
import mesh.ambit.hbone.TunnelPool;
import mesh.ambit.hbone.TunnelSettings;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.MeshView;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.PolicySet;
import mesh.ambit.policy.PolicyView;
import mesh.ambit.policy.StringMatch.Presence;
import mesh.ambit.relay.CutReason;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** The inbound side of one pod on loopback, and clients that do not behave. */
class InboundIT {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final SpiffeId CLIENT = new SpiffeId("cluster.local", "shop", "client");
    private static final Workload WEB = Workload.builder("Kubernetes//Pod/shop/web")
            .name("web")
            .namespace("shop")
            .serviceAccount("web")
            .addresses(List.of(LOOPBACK))
            .build();
    private static final Policy DENY_ALL = new Policy(
            "shop",
            "nobody",
            Policy.Scope.NAMESPACE,
            Policy.Action.DENY,
            List.of(new Policy.Group(List.of(new Policy.Clause(
                    List.of(Match.builder().principals(List.of(new Presence())).build()))))),
            false);

    private final TestAuthority authority = new TestAuthority("mesh");
    private final Svid clientSvid = authority.svid(CLIENT);
    private final Svid serverSvid = authority.svid(WEB.identity());
    private final Transport transport = Transport.best();
    private final EventLoopGroup loops = transport.group(2, "inbound-it");
    private final EventLoop clientLoop = loops.next();
    private final MeshView mesh = new MeshView();
    private final PolicyView policies = new PolicyView();
    private final Metrics metrics = Metrics.of("test", "");
    private final LiveConnections connections = new LiveConnections(loops);
    private final TlsContexts tls = new TlsContexts(TlsProvider.best(), InstantSource.system());
    private final LocalWorkload pod =
            new LocalWorkload(mesh, new WorkloadInfo("web", "shop", "web"), null, Duration.ofMillis(200));
    private final InboundContext context = new InboundContext(
            "",
            new InboundRouter("", Set.of(15008), ConnectHostname.OWN),
            mesh,
            policies,
            new DecisionLog(Level.DEBUG),
            pod,
            connections,
            new ConnectionTelemetry(TrafficMetrics.on(metrics), System::nanoTime),
            new ApplicationDialer(this::connector, this::connector),
            () -> false,
            true);
    private final PolicyWatch watch = new PolicyWatch(context);
    private final HboneServer server = new HboneServer(
            () -> CompletableFuture.completedFuture(serverSvid),
            tls,
            TunnelSettings.DEFAULT,
            InstantSource.system(),
            new HboneRequests(context));
    private final TunnelPool pool =
            new TunnelPool(connector(clientLoop), tls, TunnelSettings.DEFAULT, InstantSource.system());
    private final ServerSocket application = listener();
    private final Channel listener = transport
            .listener(loops, SocketSpace.HERE, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, false)
            .childHandler(server.initializer())
            .bind(new InetSocketAddress(LOOPBACK, 0))
            .syncUninterruptibly()
            .channel();

    @BeforeEach
    void describePod() {
        mesh.publish(MeshSnapshot.EMPTY.apply(List.of(WEB), List.of()));
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        clientLoop.submit(pool::close).get(10, TimeUnit.SECONDS);
        Await.until("no connection is left", () -> connections.count() == 0);
        watch.close();
        pod.close();
        listener.close().syncUninterruptibly();
        server.close().get(10, TimeUnit.SECONDS);
        application.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).get(10, TimeUnit.SECONDS);
        clientSvid.close();
        serverSvid.close();
        metrics.close();
    }

    @Test
    void malformedRequestIsAnswered400AndTheTunnelGoesOn() throws Exception {
        assertThat(statusOf("nonsense")).isEqualTo(400);
        assertThat(statusOf("127.0.0.1:99999")).isEqualTo(400);
        assertThat(statusOf("10.9.9.9:80")).isEqualTo(400);
        assertThat(statusOf("127.0.0.1:15008")).isEqualTo(503);
        assertThat(statusOf("nobody.shop:80")).isEqualTo(503);
        assertThat(server.openTunnels()).isEqualTo(1);
        assertThat(metrics.page("").body()).doesNotContain("istio_tcp_connections_opened");
    }

    @Test
    void applicationThatDoesNotListenIsAnswered503() throws Exception {
        int port = application.getLocalPort();
        application.close();

        assertThat(statusOf("127.0.0.1:" + port)).isEqualTo(503);
        assertThat(metrics.page("").body()).contains("response_flags=\"CONNECT\"");
    }

    @Test
    void answerCarriesBaggage() throws Exception {
        Ending stream = connect(authority()).get(10, TimeUnit.SECONDS);

        assertThat(stream.stream.headers().first("baggage")).contains("k8s.namespace.name=shop");
        application.accept().close();
        stream.reset();
    }

    @Test
    void policyThatDeniesIsAnswered401() throws Exception {
        policies.publish(PolicySet.EMPTY.apply(List.of(DENY_ALL), List.of()));

        assertThat(statusOf(authority())).isEqualTo(401);
        assertThat(metrics.page("").body()).contains("response_flags=\"DENY\"");
    }

    @Test
    void eachStreamOfATunnelIsJudgedAgain() throws Exception {
        Ending first = connect(authority()).get(10, TimeUnit.SECONDS);
        Ending second = connect(authority()).get(10, TimeUnit.SECONDS);
        assertThat(server.openTunnels()).isEqualTo(1);

        policies.publish(PolicySet.EMPTY.apply(List.of(DENY_ALL), List.of()));

        assertThat(first.code.get(10, TimeUnit.SECONDS)).isEqualTo(Http2Error.CANCEL.code());
        assertThat(second.code.get(10, TimeUnit.SECONDS)).isEqualTo(Http2Error.CANCEL.code());
    }

    @Test
    void removedRecordJudgesNobody() throws Exception {
        Ending stream = connect(authority()).get(10, TimeUnit.SECONDS);
        mesh.publish(MeshSnapshot.EMPTY);
        policies.publish(PolicySet.EMPTY.apply(List.of(DENY_ALL), List.of()));

        try (Socket accepted = application.accept()) {
            accepted.getOutputStream().write("still here".getBytes(US_ASCII));
            assertThat(stream.data.get(10, TimeUnit.SECONDS)).isEqualTo("still here");
        }
    }

    @Test
    void peerThatStopsReadingHoldsUpItsApplicationAndNothingElse() throws Exception {
        Ending stuck = connect(authority()).get(10, TimeUnit.SECONDS);
        try (Socket greedy = application.accept()) {
            AtomicLong written = new AtomicLong();
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    byte[] block = new byte[1 << 16];
                    while (true) {
                        greedy.getOutputStream().write(block);
                        written.addAndGet(block.length);
                    }
                } catch (IOException e) {
                    // The end that the test waits for.
                }
            });
            Await.until("a window is full", () -> written.get() >= TunnelSettings.DEFAULT.streamWindowBytes());

            Ending other = connect(authority()).get(10, TimeUnit.SECONDS);
            try (Socket accepted = application.accept()) {
                accepted.getOutputStream().write("fine".getBytes(US_ASCII));
                assertThat(other.data.get(10, TimeUnit.SECONDS)).isEqualTo("fine");
            }

            connections.forEach(connection -> connection.cut(CutReason.POLICY));
            assertThat(writer.join(Duration.ofSeconds(10))).isTrue();
        }
        stuck.reset();
    }

    @Test
    void peerThatResetsEndsTheApplicationsConnection() throws Exception {
        Ending stream = connect(authority()).get(10, TimeUnit.SECONDS);
        try (Socket accepted = application.accept()) {
            stream.reset();

            accepted.setSoTimeout(10_000);
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void clientsOfAnotherTrustDomainOrTimeAreRefused() throws Exception {
        Instant now = Instant.now();
        try (Svid foreign = authority.svid(new SpiffeId("elsewhere", "shop", "client"));
                Svid expired = authority.svid(CLIENT, now.minusSeconds(100), now.minusSeconds(50))) {
            assertThat(failureOf(connect(authority(), foreign))).isInstanceOf(TunnelFailure.Http2Failed.class);
            assertThat(failureOf(connect(authority(), expired)).text()).contains("CertificateExpired");
        }
        assertThat(server.openTunnels()).isZero();
    }

    @Test
    void unknownPodIsAnswered503OncePatienceEnds() throws Exception {
        mesh.publish(MeshSnapshot.EMPTY);

        assertThat(statusOf(authority())).isEqualTo(503);
    }

    private Bootstrap connector(EventLoop loop) {
        return transport.connector(loop, SocketSpace.HERE);
    }

    private String authority() {
        return "127.0.0.1:" + application.getLocalPort();
    }

    private Future<Ending> connect(String asked) throws Exception {
        return connect(asked, clientSvid);
    }

    private Future<Ending> connect(String asked, Svid svid) throws Exception {
        TunnelKey key = new TunnelKey(
                svid.identity(),
                ExpectedSans.of(WEB.identity()),
                (InetSocketAddress) listener.localAddress(),
                LOOPBACK,
                svid.notAfter().toString());
        Promise<Ending> promise = clientLoop.newPromise();
        clientLoop.execute(() -> pool.connect(
                        key, () -> CompletableFuture.completedFuture(svid), asked, HeaderFields.NONE)
                .addListener((Future<HboneStream> done) -> {
                    if (done.isSuccess()) {
                        promise.setSuccess(new Ending(done.getNow()));
                    } else {
                        promise.setFailure(done.cause());
                    }
                }));
        return promise;
    }

    private int statusOf(String asked) throws Exception {
        return ((TunnelFailure.Refused) failureOf(connect(asked))).status();
    }

    private static TunnelFailure failureOf(Future<Ending> connect) throws Exception {
        assertThat(connect.await(10, TimeUnit.SECONDS)).isTrue();
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
    private static final class Ending implements HboneStream.Receiver {
        private final HboneStream stream;
        private final CompletableFuture<String> data = new CompletableFuture<>();
        private final CompletableFuture<Long> code = new CompletableFuture<>();

        Ending(HboneStream stream) {
            this.stream = stream;
            stream.receive(this);
        }

        void reset() throws Exception {
            stream.eventLoop().submit(() -> stream.reset(Http2Error.CANCEL)).get(10, TimeUnit.SECONDS);
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
        public void onLost(TunnelFailure failure) {
            code.completeExceptionally(new TunnelException(failure));
        }
    }
}
