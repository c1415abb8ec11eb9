package mesh.ambit.channel;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import mesh.ambit.tls.TlsPolicy;
import mesh.ambit.tls.TlsProvider;
import org.jspecify.annotations.Nullable;

/** TLS towards a control plane: HTTP/2, no client certificate, under the same policy as between peers. */
final class ClientTls {
    private ClientTls() {}

    /** Returns a context that trusts {@code roots}, or the operating system's where the list is empty. */
    static SslContext context(List<X509Certificate> roots, @Nullable String alternativeName, TlsPolicy policy)
            throws IOException {
        boolean jdk = policy.provider() == TlsProvider.JDK;
        try {
            SslContextBuilder builder = GrpcSslContexts.configure(
                            SslContextBuilder.forClient(), jdk ? SslProvider.JDK : SslProvider.OPENSSL)
                    .protocols(policy.versions());
            if (policy.compliance() == TlsPolicy.Compliance.FIPS_140_2 || policy.tls12()) {
                builder.ciphers(policy.suites(), SupportedCipherSuiteFilter.INSTANCE);
            }
            if (!jdk && !policy.groups().isEmpty()) {
                builder.option(OpenSslContextOption.GROUPS, policy.groups().toArray(new String[0]));
            }
            TrustManager trust = trustManager(roots);
            if (alternativeName != null && trust instanceof X509ExtendedTrustManager extended) {
                trust = new AlternativeName(extended, alternativeName);
            }
            SslContext context = builder.trustManager(trust).build();
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                // A context serves one connection: nothing would ever resume a session that it kept.
                sessions.setSessionCacheEnabled(false);
            }
            return jdk && !policy.groups().isEmpty() ? new Grouped(context, policy.groups()) : context;
        } catch (SSLException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot set up TLS towards the control plane", e);
        }
    }

    /** The JDK's provider takes groups for an engine only. */
    private static final class Grouped extends DelegatingSslContext {
        private final String[] groups;

        Grouped(SslContext context, List<String> groups) {
            super(context);
            this.groups = groups.toArray(new String[0]);
        }

        @Override
        protected void initEngine(SSLEngine engine) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setNamedGroups(groups);
            engine.setSSLParameters(parameters);
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
