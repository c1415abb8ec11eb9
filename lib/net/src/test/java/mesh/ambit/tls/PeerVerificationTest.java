package mesh.ambit.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import mesh.ambit.identity.SpiffeId;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who gets in: handshakes between two handlers, in memory, with both libraries. */
class PeerVerificationTest {
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";
    private static final String ORDERS = "spiffe://cluster.local/ns/shop/sa/orders";
    private static final ExpectedSans EXPECT_ORDERS = ExpectedSans.of(SpiffeId.parse(ORDERS));

    private final TestPki pki = new TestPki();
    private final List<Svid> svids = new ArrayList<>();

    @AfterEach
    void close() {
        svids.forEach(Svid::close);
    }

    /** A leaf that one of the two shows, and what the other says to it. */
    record Case(String what, TestPki.Leaf leaf, @Nullable PeerRefusal refusal, String alert) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Stream<Case> clients() {
        Instant now = Instant.now();
        return Stream.of(
                new Case(
                        "same trust domain, any namespace",
                        new TestPki.Leaf("spiffe://cluster.local/ns/x/sa/y"),
                        null,
                        ""),
                new Case("no usages at all", new TestPki.Leaf(WEB).usages(), null, ""),
                new Case("client usage only", new TestPki.Leaf(WEB).usages(KeyPurposeId.id_kp_clientAuth), null, ""),
                new Case(
                        "trust domain of the second name", new TestPki.Leaf("spiffe://other/ns/x/sa/y", WEB), null, ""),
                new Case(
                        "server usage only",
                        new TestPki.Leaf(WEB).usages(KeyPurposeId.id_kp_serverAuth),
                        PeerRefusal.KEY_USAGE,
                        "UNSUPPORTED_CERTIFICATE"),
                new Case(
                        "foreign trust domain",
                        new TestPki.Leaf("spiffe://other/ns/shop/sa/web"),
                        PeerRefusal.TRUST_DOMAIN,
                        "CERTIFICATE_UNKNOWN"),
                new Case(
                        "DNS name only",
                        new TestPki.Leaf().dnsName("web.shop"),
                        PeerRefusal.NO_IDENTITY,
                        "CERTIFICATE_UNKNOWN"),
                new Case(
                        "malformed SPIFFE name",
                        new TestPki.Leaf("spiffe://cluster.local/ns/shop"),
                        PeerRefusal.NO_IDENTITY,
                        "CERTIFICATE_UNKNOWN"),
                new Case(
                        "expired",
                        new TestPki.Leaf(WEB).valid(now.minus(Duration.ofHours(2)), now.minus(Duration.ofHours(1))),
                        PeerRefusal.EXPIRED,
                        "CERTIFICATE_EXPIRED"),
                new Case(
                        "not yet valid",
                        new TestPki.Leaf(WEB).valid(now.plus(Duration.ofHours(1)), now.plus(Duration.ofHours(2))),
                        PeerRefusal.NOT_YET_VALID,
                        "CERTIFICATE_EXPIRED"));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void serverJudgesClients(Case client) {
        for (TlsProvider provider : providers()) {
            Handshake handshake = new Handshake(provider, client.leaf().svid(pki), svid(ORDERS), EXPECT_ORDERS);
            assertThat(handshake.serverRefusal()).as(client.what()).isEqualTo(client.refusal());
            if (client.refusal() == null) {
                assertThat(handshake.clientDone).isTrue();
                assertThat(handshake.serverDone).isTrue();
            } else if (provider == TlsProvider.BORINGSSL) {
                assertThat(handshake.clientFailure).contains(client.alert());
            }
            handshake.close();
        }
    }

    private static Stream<Case> servers() {
        Instant now = Instant.now();
        return Stream.of(
                new Case("expected", new TestPki.Leaf(ORDERS), null, ""),
                new Case("expected among others", new TestPki.Leaf(WEB, ORDERS), null, ""),
                new Case("no usages at all", new TestPki.Leaf(ORDERS).usages(), null, ""),
                new Case("somebody else", new TestPki.Leaf(WEB), PeerRefusal.UNEXPECTED_IDENTITY, ""),
                new Case(
                        "same path, other trust domain",
                        new TestPki.Leaf("spiffe://other/ns/shop/sa/orders"),
                        PeerRefusal.UNEXPECTED_IDENTITY,
                        ""),
                new Case(
                        "client usage only",
                        new TestPki.Leaf(ORDERS).usages(KeyPurposeId.id_kp_clientAuth),
                        PeerRefusal.KEY_USAGE,
                        ""),
                new Case(
                        "expired",
                        new TestPki.Leaf(ORDERS).valid(now.minus(Duration.ofHours(2)), now.minus(Duration.ofHours(1))),
                        PeerRefusal.EXPIRED,
                        ""));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void clientJudgesServers(Case server) {
        for (TlsProvider provider : providers()) {
            Handshake handshake =
                    new Handshake(provider, svid(WEB), server.leaf().svid(pki), EXPECT_ORDERS);
            assertThat(handshake.clientRefusal()).as(server.what()).isEqualTo(server.refusal());
            assertThat(handshake.clientDone).isEqualTo(server.refusal() == null);
            handshake.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void otherRootsAreRefusedByBothEnds(TlsProvider provider) {
        TestPki other = new TestPki("other root");
        Handshake atServer =
                new Handshake(provider, new TestPki.Leaf(WEB).svid(other, pki), svid(ORDERS), EXPECT_ORDERS);
        assertThat(atServer.serverRefusal()).isEqualTo(PeerRefusal.UNKNOWN_CA);
        if (provider == TlsProvider.BORINGSSL) {
            assertThat(atServer.clientFailure).contains("UNKNOWN_CA");
        }
        atServer.close();

        Handshake atClient =
                new Handshake(provider, svid(WEB), new TestPki.Leaf(ORDERS).svid(other, pki), EXPECT_ORDERS);
        assertThat(atClient.clientRefusal()).isEqualTo(PeerRefusal.UNKNOWN_CA);
        atClient.close();
    }

    @ParameterizedTest
    @EnumSource
    void rootOfTheSameNameWithAnotherKeyIsRefused(TlsProvider provider) {
        TestPki impostor = new TestPki();
        Handshake handshake =
                new Handshake(provider, new TestPki.Leaf(WEB).svid(impostor, pki), svid(ORDERS), EXPECT_ORDERS);
        assertThat(handshake.serverRefusal()).isEqualTo(PeerRefusal.UNKNOWN_CA);
        handshake.close();
    }

    @ParameterizedTest
    @EnumSource
    void expectingNobodyMatchesNobody(TlsProvider provider) {
        Handshake handshake = new Handshake(provider, svid(WEB), svid(ORDERS), new ExpectedSans(List.of()));
        assertThat(handshake.clientRefusal()).isEqualTo(PeerRefusal.UNEXPECTED_IDENTITY);
        handshake.close();
    }

    @ParameterizedTest
    @EnumSource
    void verifiedPeersAreKnownByTheirFirstParseableName(TlsProvider provider) {
        Svid client = new TestPki.Leaf("spiffe://cluster.local/odd", WEB).svid(pki);
        Handshake handshake = new Handshake(provider, client, svid(ORDERS), EXPECT_ORDERS);

        PeerCertificate peer = Objects.requireNonNull(
                PeerCertificate.of(handshake.serverTls.engine().getSession()));
        assertThat(peer.identity()).isEqualTo(SpiffeId.parse(WEB));
        assertThat(peer.notAfter()).isEqualTo(client.notAfter());
        assertThat(handshake.clientTls.applicationProtocol()).isEqualTo("h2");
        assertThat(handshake.clientTls.engine().getSession().getProtocol()).isEqualTo("TLSv1.3");
        handshake.close();
    }

    @Test
    void contextsAreBuiltOncePerSvidAndExpectation() {
        TlsContexts tls = new TlsContexts(TlsProvider.best(), InstantSource.system());
        Svid svid = svid(WEB);
        for (int i = 0; i < 3; i++) {
            release(tls.serverHandler(svid, io.netty.buffer.UnpooledByteBufAllocator.DEFAULT));
            release(tls.clientHandler(svid, EXPECT_ORDERS, io.netty.buffer.UnpooledByteBufAllocator.DEFAULT));
        }
        assertThat(svid.contexts.get().contexts()).hasSize(2);

        svid.close();
        assertThat(svid.contexts.get().contexts()).isEmpty();
        release(tls.serverHandler(svid, io.netty.buffer.UnpooledByteBufAllocator.DEFAULT));
    }

    private static void release(SslHandler handler) {
        io.netty.util.ReferenceCountUtil.release(handler.engine());
    }

    private static List<TlsProvider> providers() {
        return OpenSsl.isAvailable() ? List.of(TlsProvider.BORINGSSL, TlsProvider.JDK) : List.of(TlsProvider.JDK);
    }

    private Svid svid(String identity) {
        Svid svid = pki.svid(identity);
        svids.add(svid);
        return svid;
    }

    /** Two channels whose bytes are carried across by hand until nothing moves any more. */
    private final class Handshake {
        final SslHandler clientTls;
        final SslHandler serverTls;
        private final EmbeddedChannel client;
        private final EmbeddedChannel server;
        boolean clientDone;
        boolean serverDone;
        String clientFailure = "";
        private @Nullable Throwable clientCause;
        private @Nullable Throwable serverCause;

        Handshake(TlsProvider provider, Svid clientSvid, Svid serverSvid, ExpectedSans expected) {
            svids.add(clientSvid);
            svids.add(serverSvid);
            TlsContexts tls = new TlsContexts(provider, InstantSource.system());
            client = new EmbeddedChannel();
            server = new EmbeddedChannel();
            clientTls = tls.clientHandler(clientSvid, expected, client.alloc());
            serverTls = tls.serverHandler(serverSvid, server.alloc());
            server.pipeline().addLast(new AlpnGate(), serverTls, new Watch(false));
            client.pipeline().addLast(clientTls, new Watch(true));
            boolean moved = true;
            while (moved) {
                boolean there = carry(client, server);
                moved = carry(server, client) || there;
            }
        }

        private boolean carry(EmbeddedChannel from, EmbeddedChannel to) {
            from.runPendingTasks();
            boolean moved = false;
            for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
                moved = true;
                if (to.isOpen()) {
                    to.writeInbound(bytes);
                } else {
                    bytes.release();
                }
            }
            return moved;
        }

        @Nullable
        PeerRefusal serverRefusal() {
            PeerRefusedException refused = PeerRefusedException.in(serverCause);
            return refused == null ? null : refused.refusal();
        }

        @Nullable
        PeerRefusal clientRefusal() {
            PeerRefusedException refused = PeerRefusedException.in(clientCause);
            return refused == null ? null : refused.refusal();
        }

        void close() {
            client.finishAndReleaseAll();
            server.finishAndReleaseAll();
        }

        private final class Watch extends ChannelInboundHandlerAdapter {
            private final boolean ofClient;

            Watch(boolean ofClient) {
                this.ofClient = ofClient;
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof SslHandshakeCompletionEvent done) {
                    if (ofClient) {
                        clientDone = done.isSuccess();
                        clientCause = done.cause();
                    } else {
                        serverDone = done.isSuccess();
                        serverCause = done.cause();
                    }
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                if (ofClient) {
                    clientFailure = cause.toString();
                }
            }
        }
    }
}
