package mesh.ambit.hbone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import mesh.ambit.tls.ExpectedSans;
import mesh.ambit.tls.PeerRefusal;
import mesh.ambit.tls.Svid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tunnels inside tunnels, through a gateway that ends the outer one and hands its bytes to a destination behind it. */
class InnerTunnelIT {
    private static final String DESTINATION = "spiffe://cluster.local/ns/shop/sa/far";
    private static final String AUTHORITY = "orders.shop.svc.cluster.local:80";

    private final TunnelLab lab = new TunnelLab();
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private TunnelPool pool;
    private InnerTunnel inner;

    @BeforeEach
    void makeTunnels() {
        pool = lab.pool();
        inner = new InnerTunnel(lab.tls(), TunnelSettings.DEFAULT, TunnelGuards.NONE);
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    @Test
    void bytesGoBothWaysAndThePeerIsTheOneBehindTheGateway() throws Exception {
        HboneServer destination = serveBehindAGateway(InnerTunnelIT::echo);

        HboneStream stream = connect(DESTINATION);

        assertThat(String.valueOf(stream.peer())).isEqualTo(DESTINATION);
        assertThat(stream.headers().first("baggage")).isEqualTo("k8s.namespace.name=shop");
        assertThat(asked).containsExactly(AUTHORITY + " -", AUTHORITY + " near");
        lab.echo(stream, "hello");
        lab.finish(stream);
        Loops.await("inner tunnel closed", () -> destination.openTunnels() == 0);
        assertThat(lab.openTunnels(pool)).as("the outer one stays").isEqualTo(1);
    }

    @Test
    void muchMoreThanAnyWindowComesBackWhole() throws Exception {
        serveBehindAGateway(InnerTunnelIT::echo);
        HboneStream stream = connect(DESTINATION);
        byte[] sent = new byte[24 * 1024 * 1024];
        new Random(5).nextBytes(sent);
        TestStreams.Recorder recorder = lab.record(stream);

        lab.onLoop(() -> {
            for (int from = 0; from < sent.length; from += 1 << 20) {
                stream.write(Unpooled.wrappedBuffer(sent, from, 1 << 20));
            }
            stream.shutdownOutput();
        });

        Loops.await("all of it and its end", () -> recorder.ended);
        assertThat(recorder.kept()).isEqualTo(sent);
    }

    @Test
    void eachStreamHasAnInnerTunnelOfItsOwnAndTheOuterOneIsShared() throws Exception {
        HboneServer destination = serveBehindAGateway(InnerTunnelIT::echo);

        connect(DESTINATION);
        connect(DESTINATION);

        assertThat(destination.openTunnels()).isEqualTo(2);
        assertThat(lab.openTunnels(pool)).isEqualTo(1);
        assertThat(lab.acceptedTunnels()).isEqualTo(1);
    }

    @Test
    void onlyTheExpectedNamesAreAcceptedInside() throws Exception {
        serveBehindAGateway(InnerTunnelIT::echo);

        assertThat(failureOf(() -> connect("spiffe://cluster.local/ns/shop/sa/else")))
                .isInstanceOfSatisfying(TunnelFailure.PeerRefused.class, refused -> {
                    assertThat(refused.refusal()).isEqualTo(PeerRefusal.UNEXPECTED_IDENTITY);
                    assertThat(refused.text()).startsWith("io error: ");
                });
        assertThat(failureOf(() -> connect())).isInstanceOf(TunnelFailure.PeerRefused.class);
        assertThat(lab.openTunnels(pool)).isEqualTo(1);
    }

    @Test
    void refusalOfTheDestinationAndOfTheGatewayAreTold() throws Exception {
        serveBehindAGateway(exchange -> exchange.refuse(503));
        assertThat(failureOf(() -> connect(DESTINATION))).isEqualTo(new TunnelFailure.Refused(503));
    }

    @Test
    void gatewayThatDropsTheStreamFailsTheHandshake() throws Exception {
        lab.serve(exchange -> exchange.accept(HeaderFields.NONE).reset(Http2Error.INTERNAL_ERROR));

        assertThat(failureOf(() -> connect(DESTINATION)))
                .isInstanceOfSatisfying(
                        TunnelFailure.HandshakeFailed.class,
                        failed -> assertThat(failed.text()).startsWith("io error: "));
    }

    @Test
    void handshakeInsideIsNotWaitedForForever() throws Exception {
        TunnelGuards guards = new TunnelGuards(Duration.ofMillis(100), 0, new TunnelGuards.Observer() {});
        inner = new InnerTunnel(lab.tls(), TunnelSettings.DEFAULT, guards);
        lab.serve(exchange -> {
            HboneStream stream = exchange.accept(HeaderFields.NONE);
            stream.receive(new TestStreams.Recorder(stream, false));
        });

        assertThat(failureOf(() -> connect(DESTINATION)))
                .isInstanceOfSatisfying(
                        TunnelFailure.HandshakeFailed.class,
                        failed -> assertThat(failed.text()).contains("timed out"));
    }

    @Test
    void gatewayThatTalksNonsenseFailsTheHandshake() throws Exception {
        lab.serve(exchange -> {
            HboneStream stream = exchange.accept(HeaderFields.NONE);
            stream.write(Unpooled.copiedBuffer("HTTP/1.1 400 Bad Request\r\n\r\n", UTF_8));
            stream.shutdownOutput();
            stream.receive(new TestStreams.Recorder(stream, false));
        });

        assertThat(failureOf(() -> connect(DESTINATION))).isInstanceOf(TunnelFailure.HandshakeFailed.class);
    }

    @Test
    void streamEndsWithItsOuterTunnel() throws Exception {
        serveBehindAGateway(InnerTunnelIT::echo);
        HboneStream stream = connect(DESTINATION);
        TestStreams.Recorder recorder = lab.record(stream);

        lab.onLoop(pool::close);

        Loops.await("told", () -> recorder.lost != null);
    }

    @Test
    void requestGivenUpEndsTheOuterStream() throws Exception {
        TestStreams.Recorder[] outer = new TestStreams.Recorder[1];
        lab.serve(exchange -> {
            HboneStream stream = exchange.accept(HeaderFields.NONE);
            outer[0] = new TestStreams.Recorder(stream, false);
            stream.receive(outer[0]);
        });
        Future<HboneStream> asking = ask(DESTINATION);
        Loops.await("outer stream", () -> outer[0] != null && outer[0].bytes.get() > 0);

        lab.onLoop(() -> asking.cancel(false));

        Loops.await("end of the outer stream", () -> outer[0].ended);
    }

    /** Serves a gateway, and behind it a destination that handles each request with {@code onConnect}. */
    private HboneServer serveBehindAGateway(Consumer<ConnectExchange> onConnect) {
        Svid svid = lab.svid(DESTINATION);
        HboneServer destination = new HboneServer(
                () -> CompletableFuture.completedFuture(svid),
                lab.tls(),
                TunnelSettings.DEFAULT,
                InstantSource.system(),
                TestServers.handler(
                        exchange -> {
                            note(exchange);
                            onConnect.accept(exchange);
                        },
                        _ -> {}));
        lab.serve(exchange -> {
            note(exchange);
            HboneStream outer = exchange.accept(HeaderFields.NONE);
            StreamChannel channel = new StreamChannel(outer);
            channel.pipeline().addLast(destination.initializer());
            outer.eventLoop().register(channel);
            channel.start();
        });
        return destination;
    }

    private void note(ConnectExchange exchange) {
        String network = exchange.request().headers().first("x-forwarded-network");
        asked.add(exchange.request().authority() + " " + (network == null ? "-" : network));
    }

    private static void echo(ConnectExchange exchange) {
        HboneStream stream = exchange.accept(HeaderFields.of("baggage", "k8s.namespace.name=shop"));
        stream.receive(new TestStreams.Echo(stream));
    }

    private HboneStream connect(String... expected) throws Exception {
        return Loops.get(ask(expected));
    }

    /** Asks for a stream inside a stream, in the turn in which the outer one comes. */
    private Future<HboneStream> ask(String... expected) throws Exception {
        Promise<HboneStream> result = lab.loop().newPromise();
        lab.onLoop(() -> {
            TunnelKey outer = lab.key("gateway", "127.0.0.1");
            TunnelKey key = new TunnelKey(
                    outer.source(),
                    new ExpectedSans(List.of(expected)),
                    outer.address(),
                    outer.downstream(),
                    outer.workloadUid());
            Svid svid = lab.clientSvid();
            pool.connect(outer, () -> CompletableFuture.completedFuture(svid), AUTHORITY, HeaderFields.NONE)
                    .addListener((Future<HboneStream> done) -> {
                        Future<HboneStream> asking = inner.connect(
                                done.getNow(),
                                key,
                                svid,
                                AUTHORITY,
                                HeaderFields.NONE.with("x-forwarded-network", "near"));
                        result.addListener(asked -> {
                            if (asked.isCancelled()) {
                                asking.cancel(false);
                            }
                        });
                        asking.addListener((Future<HboneStream> answered) -> {
                            if (answered.isSuccess()) {
                                result.trySuccess(answered.getNow());
                            } else {
                                result.tryFailure(answered.cause());
                            }
                        });
                    });
        });
        return result;
    }

    private interface Asking {
        HboneStream ask() throws Exception;
    }

    private static TunnelFailure failureOf(Asking asking) {
        TunnelFailure[] failure = new TunnelFailure[1];
        assertThatThrownBy(asking::ask).isInstanceOfSatisfying(TunnelException.class, e -> failure[0] = e.failure());
        return failure[0];
    }
}
