package mesh.ambit.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.TlsPolicy.Compliance;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TlsPolicyTest {
    private static final SpiffeId ORDERS = SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/orders");

    private static final int SERVER_NAME = 0;
    private static final int SUPPORTED_GROUPS = 10;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int SECP256R1 = 0x0017;
    private static final int SECP384R1 = 0x0018;
    private static final int X25519MLKEM768 = 0x11EC;

    private final TestPki pki = new TestPki();
    private final Svid web = pki.svid("spiffe://cluster.local/ns/shop/sa/web");
    private final Svid orders = pki.svid(ORDERS.toString());

    @AfterEach
    void close() {
        web.close();
        orders.close();
    }

    @Test
    void theHybridGroupIsOfferedFirstAndTheServerNameNever() {
        assertThat(OpenSsl.isAvailable()).isTrue();
        Handshake handshake = handshake(TlsPolicy.DEFAULT, TlsPolicy.DEFAULT);

        assertThat(groups(handshake).getFirst()).isEqualTo(X25519MLKEM768);
        assertThat(groups(handshake)).hasSizeGreaterThan(1);
        assertThat(extension(handshake, SERVER_NAME)).isNull();
        assertThat(versions(handshake)).containsExactly(0x0304);
        assertThat(handshake.clientDone).isTrue();
        handshake.close();
    }

    @Test
    void pqcOffersAndTakesTheHybridGroupAlone() {
        TlsPolicy pqc = new TlsPolicy(Compliance.PQC, false);
        Handshake handshake = handshake(pqc, pqc);
        assertThat(groups(handshake)).containsExactly(X25519MLKEM768);
        assertThat(handshake.clientDone && handshake.serverDone).isTrue();
        handshake.close();

        Handshake refused = handshake(new TlsPolicy(Compliance.FIPS_140_2, false), pqc);
        assertThat(refused.serverDone).as("a client without it").isFalse();
        refused.close();
    }

    @Test
    void fipsOffersApprovedCurvesAndSuitesAndMeetsTheDefault() {
        TlsPolicy fips = new TlsPolicy(Compliance.FIPS_140_2, false);
        Handshake out = handshake(fips, TlsPolicy.DEFAULT);
        assertThat(groups(out)).containsExactly(SECP256R1, SECP384R1);
        assertThat(out.clientDone && out.serverDone).isTrue();
        assertThat(out.serverTls.engine().getSession().getCipherSuite()).startsWith("TLS_AES_");
        out.close();

        Handshake in = handshake(TlsPolicy.DEFAULT, fips);
        assertThat(in.clientDone && in.serverDone).isTrue();
        in.close();
    }

    @ParameterizedTest
    @EnumSource
    void version12IsSpokenOnlyWhenBothEndsAreToldTo(TlsProvider provider) {
        TlsPolicy both = new TlsPolicy(Compliance.NONE, true);
        Handshake handshake = handshake(both, provider, both, provider);
        assertThat(versions(handshake)).contains(0x0304, 0x0303);
        assertThat(handshake.serverTls.engine().getSession().getProtocol()).isEqualTo("TLSv1.3");
        handshake.close();
    }

    /** A client that would resume if it could: the JDK keeps sessions by host and port. */
    @ParameterizedTest
    @CsvSource({"BORINGSSL, TLSv1.3", "BORINGSSL, TLSv1.2", "JDK, TLSv1.3", "JDK, TLSv1.2"})
    void noSessionIsEverResumed(TlsProvider provider, String version) throws Exception {
        SslContext eager = jdkClient(version).build();
        AtomicInteger judged = new AtomicInteger();
        InstantSource counting = () -> {
            judged.incrementAndGet();
            return Instant.now();
        };
        TlsPolicy policy = new TlsPolicy(Compliance.NONE, version.equals("TLSv1.2"));
        TlsContexts tls = new TlsContexts(policy, provider, counting, Revocations.none());
        for (int i = 0; i < 3; i++) {
            Handshake handshake = new Handshake(
                    eager.newHandler(UnpooledByteBufAllocator.DEFAULT, "orders", 15008),
                    tls.serverHandler(orders, UnpooledByteBufAllocator.DEFAULT));
            assertThat(handshake.clientDone && handshake.serverDone).isTrue();
            assertThat(handshake.clientTls.engine().getSession().getProtocol()).isEqualTo(version);
            assertThat(judged)
                    .as("the client's certificate is judged each time")
                    .hasValue(i + 1);
            handshake.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BORINGSSL, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "BORINGSSL, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "JDK, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "JDK, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
    })
    void ofTheSuitesOfVersion12TheClientChooses(TlsProvider provider, String first, String second) throws Exception {
        SslContext client = jdkClient("TLSv1.2").ciphers(List.of(first, second)).build();
        TlsPolicy policy = new TlsPolicy(Compliance.NONE, true);
        TlsContexts tls = new TlsContexts(policy, provider, InstantSource.system(), Revocations.none());
        Handshake handshake = new Handshake(
                client.newHandler(UnpooledByteBufAllocator.DEFAULT),
                tls.serverHandler(orders, UnpooledByteBufAllocator.DEFAULT));
        assertThat(handshake.clientDone && handshake.serverDone).isTrue();
        assertThat(handshake.clientTls.engine().getSession().getCipherSuite()).isEqualTo(first);
        handshake.close();
    }

    @ParameterizedTest
    @CsvSource({
        "BORINGSSL, secp384r1, true",
        "BORINGSSL, secp521r1, false",
        "JDK, secp384r1, true",
        "JDK, secp521r1, false",
        "JDK, ffdhe2048, false"
    })
    void largerCurvesAreNotAgreedTo(TlsProvider provider, String group, boolean agreed) throws Exception {
        SslContext client = jdkClient("TLSv1.3").build();
        SslHandler clientTls = client.newHandler(UnpooledByteBufAllocator.DEFAULT);
        SSLParameters parameters = clientTls.engine().getSSLParameters();
        parameters.setNamedGroups(new String[] {group});
        clientTls.engine().setSSLParameters(parameters);
        TlsContexts tls = new TlsContexts(TlsPolicy.DEFAULT, provider, InstantSource.system(), Revocations.none());
        Handshake handshake = new Handshake(clientTls, tls.serverHandler(orders, UnpooledByteBufAllocator.DEFAULT));
        assertThat(handshake.clientDone && handshake.serverDone).isEqualTo(agreed);
        handshake.close();
    }

    @ParameterizedTest
    @CsvSource({"'', NONE", "pqc, PQC", "fips-140-2, FIPS_140_2"})
    void policiesHaveNames(String text, Compliance compliance) {
        assertThat(Compliance.parse(text)).isEqualTo(compliance);
    }

    @Test
    void anUnknownPolicyIsNone() {
        assertThat(Compliance.parse("fips")).isEqualTo(Compliance.NONE);
        assertThat(Compliance.isKnown("fips")).isFalse();
        assertThat(Compliance.isKnown("")).isTrue();
    }

    @Test
    void whatAReplacedCertificateHeldIsFreedWithItsLastConnection() {
        Handshake open = handshake(TlsPolicy.DEFAULT, TlsPolicy.DEFAULT);
        SslContext context =
                orders.contexts.get().contexts().values().iterator().next();
        assertThat(((ReferenceCounted) context).refCnt())
                .as("the cache and a connection")
                .isEqualTo(2);

        orders.close();
        assertThat(((ReferenceCounted) context).refCnt()).isEqualTo(1);
        open.close();
        assertThat(((ReferenceCounted) context).refCnt()).isZero();

        // Somebody was given the certificate just before it was replaced.
        Handshake late = handshake(TlsPolicy.DEFAULT, TlsPolicy.DEFAULT);
        assertThat(late.serverDone).isTrue();
        assertThat(orders.contexts.get().contexts()).isEmpty();
        late.close();
    }

    @Test
    void aFullCacheOfContextsFreesWhatItDrops() {
        TlsContexts tls = new TlsContexts(TlsProvider.best(), InstantSource.system());
        List<SslContext> seen = new ArrayList<>();
        for (int i = 0; i <= ContextCache.MAX_CONTEXTS; i++) {
            ExpectedSans expected = ExpectedSans.of(new SpiffeId("cluster.local", "shop", "sa" + i));
            ReferenceCountUtil.release(tls.clientHandler(web, expected, UnpooledByteBufAllocator.DEFAULT)
                    .engine());
            if (i == 0) {
                seen.addAll(web.contexts.get().contexts().values());
            }
        }
        assertThat(web.contexts.get().contexts()).hasSize(1);
        assertThat(((ReferenceCounted) seen.getFirst()).refCnt()).isZero();
    }

    /** Returns a client of web's that is none of ours and does what it is told. */
    private SslContextBuilder jdkClient(String version) {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols(version)
                .keyManager(web.key(), web.leaf())
                .trustManager(pki.root())
                .endpointIdentificationAlgorithm(null);
    }

    private Handshake handshake(TlsPolicy client, TlsPolicy server) {
        return handshake(client, client.provider(), server, server.provider());
    }

    private Handshake handshake(TlsPolicy client, TlsProvider ofClient, TlsPolicy server, TlsProvider ofServer) {
        return new Handshake(
                new TlsContexts(client, ofClient, InstantSource.system(), Revocations.none()),
                web,
                new TlsContexts(server, ofServer, InstantSource.system(), Revocations.none()),
                orders,
                ExpectedSans.of(ORDERS));
    }

    /** Returns the groups offered, without those that are made up to keep servers tolerant (RFC 8701). */
    private static List<Integer> groups(Handshake handshake) {
        ByteBuffer list = Objects.requireNonNull(extension(handshake, SUPPORTED_GROUPS));
        List<Integer> groups = new ArrayList<>();
        list.getShort();
        while (list.hasRemaining()) {
            int group = list.getShort() & 0xFFFF;
            if ((group & 0x0F0F) != 0x0A0A) {
                groups.add(group);
            }
        }
        return groups;
    }

    private static List<Integer> versions(Handshake handshake) {
        ByteBuffer list = Objects.requireNonNull(extension(handshake, SUPPORTED_VERSIONS));
        List<Integer> versions = new ArrayList<>();
        list.get();
        while (list.hasRemaining()) {
            versions.add(list.getShort() & 0xFFFF);
        }
        return versions;
    }

    /** Returns an extension of the ClientHello, RFC 8446 section 4.1.2, or null if it is not there. */
    private static @Nullable ByteBuffer extension(Handshake handshake, int wanted) {
        ByteBuffer hello = ByteBuffer.wrap(handshake.clientHello);
        hello.position(5 + 4 + 2 + 32);
        hello.position(hello.position() + 1 + hello.get(hello.position()));
        hello.position(hello.position() + 2 + hello.getShort(hello.position()));
        hello.position(hello.position() + 1 + hello.get(hello.position()));
        hello.getShort();
        while (hello.hasRemaining()) {
            int type = hello.getShort();
            int length = hello.getShort();
            if (type == wanted) {
                return hello.slice(hello.position(), length);
            }
            hello.position(hello.position() + length);
        }
        return null;
    }
}
