package mesh.ambit.channel;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS towards a control plane: TLS 1.3, HTTP/2, no client certificate. */
final class ClientTls {
    private ClientTls() {}

    /** Returns a context that trusts {@code roots}, or the operating system's where the list is empty. */
    static SslContext context(List<X509Certificate> roots, @Nullable String alternativeName) throws IOException {
        SslProvider provider = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
        try {
            SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forClient(), provider)
                    .protocols("TLSv1.3");
            TrustManager trust = trustManager(roots);
            if (alternativeName != null && trust instanceof X509ExtendedTrustManager extended) {
                trust = new AlternativeName(extended, alternativeName);
            }
            SslContext context = builder.trustManager(trust).build();
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                // A context serves one connection: nothing would ever resume a session that it kept.
                sessions.setSessionCacheEnabled(false);
            }
            return context;
        } catch (SSLException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot set up TLS towards the control plane", e);
        }
    }

    private static TrustManager trustManager(List<X509Certificate> roots) throws GeneralSecurityException, IOException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        if (roots.isEmpty()) {
            factory.init((KeyStore) null);
        } else {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < roots.size(); i++) {
                store.setCertificateEntry("root-" + i, roots.get(i));
            }
            factory.init(store);
        }
        return factory.getTrustManagers()[0];
    }
}
