package mesh.ambit.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The TLS of a port that outlives its keys and the roots of its clients. */
@NullMarked
class PortTlsTest {
    private final TestPki pki = new TestPki();
    private final TestPki next = new TestPki("next root");
    private final Svid controller = pki.svid("spiffe://cluster.local/ns/istio-system/sa/istiod");
    private final Svid renewed = pki.svid("spiffe://cluster.local/ns/istio-system/sa/istiod");
    private final Svid web = pki.svid("spiffe://cluster.local/ns/shop/sa/web");
    private final Svid webOfNext = next.svid("spiffe://cluster.local/ns/shop/sa/web");

    private final Keys keys = new Keys(controller);
    private final Judge clients = new Judge(pki);
    private final Judge servers = new Judge(pki);
    private @Nullable PortTls port;

    @AfterEach
    void close() {
        List.of(controller, renewed, web, webOfNext).forEach(Svid::close);
        if (port != null) {
            port.close();
        }
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void clientNeedsNoCertificate(TlsProvider provider) throws Exception {
        Handshake handshake = meet(port(provider), client(null));

        assertThat(handshake.serverDone).isTrue();
        assertThat(handshake.clientDone).isTrue();
        assertThat(shownBy(handshake)).isEmpty();
        assertThat(handshake.serverTls.applicationProtocol()).isEqualTo("h2");
        handshake.close();
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void certificateOfAClientIsJudgedAndKnown(TlsProvider provider) throws Exception {
        PortTls port = port(provider);
        Handshake known = meet(port, client(new Keys(web)));
        Handshake stranger = meet(port, client(new Keys(webOfNext)));

        assertThat(shownBy(known)).containsExactly(web.leaf());
        assertThat(stranger.serverDone).isFalse();
        known.close();
        stranger.close();
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void newKeyIsShownFromTheNextHandshakeOn(TlsProvider provider) throws Exception {
        PortTls port = port(provider);
        meet(port, client(null)).close();
        keys.shown = renewed;
        meet(port, client(null)).close();

        assertThat(servers.judged).containsExactly(controller.leaf(), renewed.leaf());
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void newRootsCountAndAreNamedFromTheNextHandshakeOn(TlsProvider provider) throws Exception {
        PortTls port = port(provider);
        Keys ofClient = new Keys(webOfNext);
        clients.roots = List.of(pki, next);
        Handshake handshake = meet(port, client(ofClient));

        assertThat(shownBy(handshake)).containsExactly(webOfNext.leaf());
        assertThat(ofClient.named)
                .contains(
                        pki.root().getSubjectX500Principal().getName(),
                        next.root().getSubjectX500Principal().getName());
        handshake.close();
    }

    @ParameterizedTest
    @EnumSource(value = TlsProvider.class, names = "BORINGSSL")
    void nobodyResumesASession(TlsProvider provider) throws Exception {
        PortTls port = port(provider);
        for (String version : List.of("TLSv1.3", "TLSv1.2")) {
            clients.judged.clear();
            SslContext client = client(new Keys(web), version);
            meet(port, client).close();
            meet(port, client).close();

            assertThat(clients.judged).as(version).containsExactly(web.leaf(), web.leaf());
        }
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void rootsThatChangeWhileClientsComeFailNoneOfThem(TlsProvider provider) throws Exception {
        PortTls port = port(provider);
        List<List<TestPki>> turns = List.of(List.of(pki, next), List.of(next), List.of(pki));
        try (ExecutorService loops = Executors.newFixedThreadPool(3)) {
            List<Future<?>> comers = new ArrayList<>();
            for (int loop = 0; loop < 3; loop++) {
                comers.add(loops.submit(() -> {
                    for (int i = 0; i < 40; i++) {
                        clients.roots = turns.get(i % turns.size());
                        ReferenceCountUtil.release(port.newEngine(UnpooledByteBufAllocator.DEFAULT));
                    }
                }));
            }
            for (Future<?> comer : comers) {
                comer.get();
            }
        }

        Handshake handshake = meet(port, client(null));
        assertThat(handshake.clientDone).isTrue();
        handshake.close();
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void closedPortTakesNobody(TlsProvider provider) throws Exception {
        PortTls port = port(provider);
        port.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> port.newEngine(UnpooledByteBufAllocator.DEFAULT))
                .withMessage("no TLS: the port is closed");
    }

    private PortTls port(TlsProvider provider) throws Exception {
        PortTls made = new PortTls(keys, clients, provider);
        port = made;
        return made;
    }

    private static List<Certificate> shownBy(Handshake handshake) {
        try {
            return List.of(handshake.serverTls.engine().getSession().getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    private static Handshake meet(PortTls port, SslContext client) {
        return new Handshake(
                client.newHandler(UnpooledByteBufAllocator.DEFAULT, "istiod.test", 15012),
                port.newHandler(UnpooledByteBufAllocator.DEFAULT));
    }

    private SslContext client(@Nullable Keys shown) throws Exception {
        return client(shown, "TLSv1.3");
    }

    private SslContext client(@Nullable Keys shown, String version) throws Exception {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols(version)
                .trustManager(servers)
                .applicationProtocolConfig(TlsContexts.ALPN)
                .endpointIdentificationAlgorithm(null);
        return (shown == null ? builder : builder.keyManager(shown)).build();
    }

    /** Shows one SVID, whoever asks. */
    private static final class Keys extends X509ExtendedKeyManager {
        private final List<String> named = new ArrayList<>();
        private volatile Svid shown;

        Keys(Svid shown) {
            this.shown = shown;
        }

        @Override
        public String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, SSLEngine engine) {
            return "it";
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
            for (Principal issuer : issuers == null ? new Principal[0] : issuers) {
                named.add(issuer.getName());
            }
            return "it";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return shown.chain().toArray(new X509Certificate[0]);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return shown.key();
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {"it"};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return "it";
        }

        @Override
        public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {"it"};
        }

        @Override
        public String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return "it";
        }
    }

    /** Believes what one of some authorities has signed, and remembers whom it judged. */
    private static final class Judge extends X509ExtendedTrustManager {
        private final List<X509Certificate> judged = new ArrayList<>();
        private volatile List<TestPki> roots;

        Judge(TestPki root) {
            this.roots = List.of(root);
        }

        private void judge(X509Certificate leaf) throws CertificateException {
            judged.add(leaf);
            if (roots.stream().noneMatch(root -> hasSigned(root, leaf))) {
                throw new CertificateException("a stranger");
            }
        }

        private static boolean hasSigned(TestPki root, X509Certificate leaf) {
            try {
                leaf.verify(root.root().getPublicKey());
                return true;
            } catch (GeneralSecurityException e) {
                return false;
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            judge(chain[0]);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            judge(chain[0]);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            judge(chain[0]);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            judge(chain[0]);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            judge(chain[0]);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            judge(chain[0]);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return roots.stream().map(TestPki::root).toArray(X509Certificate[]::new);
        }
    }
}
