package mesh.ambit.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
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
            Handshake handshake = handshake(provider, client.leaf().svid(pki), svid(ORDERS), EXPECT_ORDERS);
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
            Handshake handshake = handshake(provider, svid(WEB), server.leaf().svid(pki), EXPECT_ORDERS);
            assertThat(handshake.clientRefusal()).as(server.what()).isEqualTo(server.refusal());
            assertThat(handshake.clientDone).isEqualTo(server.refusal() == null);
            handshake.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void otherRootsAreRefusedByBothEnds(TlsProvider provider) {
        TestPki other = new TestPki("other root");
        Handshake atServer = handshake(provider, new TestPki.Leaf(WEB).svid(other, pki), svid(ORDERS), EXPECT_ORDERS);
        assertThat(atServer.serverRefusal()).isEqualTo(PeerRefusal.UNKNOWN_CA);
        if (provider == TlsProvider.BORINGSSL) {
            assertThat(atServer.clientFailure).contains("UNKNOWN_CA");
        }
        atServer.close();

        Handshake atClient = handshake(provider, svid(WEB), new TestPki.Leaf(ORDERS).svid(other, pki), EXPECT_ORDERS);
        assertThat(atClient.clientRefusal()).isEqualTo(PeerRefusal.UNKNOWN_CA);
        atClient.close();
    }

    @ParameterizedTest
    @EnumSource
    void whoHasNoRootsTrustsNobody(TlsProvider provider) {
        Svid client = svid(WEB);
        Svid server = svid(ORDERS);
        Svid trusting = new Svid(server.identity(), server.chain(), server.key(), List.of());
        Handshake atServer = handshake(provider, client, trusting, EXPECT_ORDERS);
        assertThat(atServer.serverRefusal()).isEqualTo(PeerRefusal.UNKNOWN_CA);
        atServer.close();

        trusting = new Svid(client.identity(), client.chain(), client.key(), List.of());
        Handshake atClient = handshake(provider, trusting, server, EXPECT_ORDERS);
        assertThat(atClient.clientRefusal()).isEqualTo(PeerRefusal.UNKNOWN_CA);
        atClient.close();
    }

    @ParameterizedTest
    @EnumSource
    void rootOfTheSameNameWithAnotherKeyIsRefused(TlsProvider provider) {
        TestPki impostor = new TestPki();
        Handshake handshake =
                handshake(provider, new TestPki.Leaf(WEB).svid(impostor, pki), svid(ORDERS), EXPECT_ORDERS);
        assertThat(handshake.serverRefusal()).isEqualTo(PeerRefusal.BAD_SIGNATURE);
        if (provider == TlsProvider.BORINGSSL) {
            assertThat(handshake.clientFailure).contains("DECRYPT_ERROR");
        }
        handshake.close();
    }

    @ParameterizedTest
    @EnumSource
    void expectingNobodyMatchesNobody(TlsProvider provider) {
        Handshake handshake = handshake(provider, svid(WEB), svid(ORDERS), new ExpectedSans(List.of()));
        assertThat(handshake.clientRefusal()).isEqualTo(PeerRefusal.UNEXPECTED_IDENTITY);
        handshake.close();
    }

    @ParameterizedTest
    @EnumSource
    void verifiedPeersAreKnownByTheirFirstParseableName(TlsProvider provider) {
        Svid client = new TestPki.Leaf("spiffe://cluster.local/odd", WEB).svid(pki);
        Handshake handshake = handshake(provider, client, svid(ORDERS), EXPECT_ORDERS);

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
            release(tls.serverHandler(svid, UnpooledByteBufAllocator.DEFAULT));
            release(tls.clientHandler(svid, EXPECT_ORDERS, UnpooledByteBufAllocator.DEFAULT));
        }
        assertThat(svid.contexts.get().contexts()).hasSize(2);

        svid.close();
        assertThat(svid.contexts.get().contexts()).isEmpty();
        // Whoever had been given the SVID before may still use it.
        release(tls.serverHandler(svid, UnpooledByteBufAllocator.DEFAULT));
    }

    private static void release(SslHandler handler) {
        ReferenceCountUtil.release(handler.engine());
    }

    private static List<TlsProvider> providers() {
        return OpenSsl.isAvailable() ? List.of(TlsProvider.BORINGSSL, TlsProvider.JDK) : List.of(TlsProvider.JDK);
    }

    private Handshake handshake(TlsProvider provider, Svid client, Svid server, ExpectedSans expected) {
        svids.add(client);
        svids.add(server);
        TlsContexts tls = new TlsContexts(provider, InstantSource.system());
        return new Handshake(tls, client, tls, server, expected);
    }

    private Svid svid(String identity) {
        Svid svid = pki.svid(identity);
        svids.add(svid);
        return svid;
    }
}
