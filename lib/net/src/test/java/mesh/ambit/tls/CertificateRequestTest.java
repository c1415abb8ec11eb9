package mesh.ambit.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server says of the certificate that it asks for. */
class CertificateRequestTest {
    private final TestPki pki = new TestPki();
    private final Svid web = pki.svid("spiffe://cluster.local/ns/shop/sa/web");
    private final Svid orders = pki.svid("spiffe://cluster.local/ns/shop/sa/orders");

    /** The names that came with the request. */
    private final List<String> named = new ArrayList<>();

    @AfterEach
    void close() {
        web.close();
        orders.close();
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void namesTheRootsOfTheTrustBundle(TlsProvider provider) throws Exception {
        SslContext client = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3")
                .keyManager(new Keys())
                .trustManager(pki.root())
                .endpointIdentificationAlgorithm(null)
                .build();
        TlsContexts tls = new TlsContexts(TlsPolicy.DEFAULT, provider, InstantSource.system(), Revocations.none());
        Handshake handshake = new Handshake(
                client.newHandler(UnpooledByteBufAllocator.DEFAULT),
                tls.serverHandler(orders, UnpooledByteBufAllocator.DEFAULT));

        assertThat(handshake.serverDone).isTrue();
        assertThat(named)
                .isNotEmpty()
                .containsOnly(pki.root().getSubjectX500Principal().getName());
        handshake.close();
    }

    /** The keys of {@code web}, which are shown to everybody. */
    private final class Keys implements X509KeyManager {
        @Override
        public String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            for (Principal issuer : issuers == null ? new Principal[0] : issuers) {
                named.add(issuer.getName());
            }
            return "web";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return web.chain().toArray(new X509Certificate[0]);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return web.key();
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {"web"};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
