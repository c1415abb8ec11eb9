package mesh.ambit.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of a port that stays open while its key and the roots of its clients change: HTTP/2, and a certificate only of
 * clients that have one. Whom to show and whom to believe is asked at each handshake, and with the native library nobody
 * resumes a session.
 *
 * <p>Thread-safe.
 */
public final class PortTls extends SslContext implements AutoCloseable {
    /** As the reference's controller: clients that are older than TLS 1.3 too. */
    private static final TlsPolicy POLICY = new TlsPolicy(TlsPolicy.Compliance.NONE, true);

    private static final Logger LOG = LoggerFactory.getLogger(PortTls.class);

    private final X509ExtendedKeyManager keys;
    private final X509ExtendedTrustManager clients;
    private final TlsProvider provider;

    /** What the native library was told, once, to name to clients. */
    private List<X509Certificate> roots;

    private SslContext context;

    /**
     * Creates it.
     *
     * @param keys key and certificate that the port shows
     * @param clients judges the certificates of clients that show one
     * @throws SSLException if there is no TLS with these
     */
    public PortTls(X509ExtendedKeyManager keys, X509ExtendedTrustManager clients, TlsProvider provider)
            throws SSLException {
        this.keys = keys;
        this.clients = clients;
        this.provider = provider;
        this.roots = Arrays.asList(clients.getAcceptedIssuers());
        this.context = context();
    }

    private SslContext context() throws SSLException {
        SslContext made = SslContextBuilder.forServer(keys)
                .sslProvider(provider.netty())
                .trustManager(clients)
                .clientAuth(ClientAuth.OPTIONAL)
                .protocols(POLICY.versions())
                .ciphers(POLICY.suites(), SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(TlsContexts.ALPN)
                .build();
        if (made.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setSessionCacheEnabled(false);
        }
        return made;
    }

    @Override
    public synchronized SSLEngine newEngine(ByteBufAllocator allocator) {
        follow();
        return withoutTickets(context.newEngine(allocator));
    }

    @Override
    public synchronized SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
        follow();
        return withoutTickets(context.newEngine(allocator, peerHost, peerPort));
    }

    /** Clients choose by the names of roots which of their certificates they show, if any. */
    private void follow() {
        List<X509Certificate> now = Arrays.asList(clients.getAcceptedIssuers());
        if (provider == TlsProvider.BORINGSSL && !now.equals(roots)) {
            // Not tried again for each client when it fails; whom to believe is asked at each handshake all the same.
            roots = now;
            try {
                SslContext next = context();
                // Engines that were made with it hold it.
                ReferenceCountUtil.release(context);
                context = next;
            } catch (SSLException e) {
                LOG.warn(
                        "clients are told the names of the former roots (no TLS context with the new ones: {})",
                        e.getMessage());
            }
        }
    }

    /** A ticket would bring back who a client was, whatever has become of its certificate. */
    private static SSLEngine withoutTickets(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine ofLibrary) {
            SSL.setOptions(ofLibrary.sslPointer(), SSL.SSL_OP_NO_TICKET);
        }
        return engine;
    }

    @Override
    public boolean isClient() {
        return false;
    }

    @Override
    public synchronized List<String> cipherSuites() {
        return context.cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation") // What the class asks for.
    public synchronized ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return context.applicationProtocolNegotiator();
    }

    @Override
    public synchronized SSLSessionContext sessionContext() {
        return context.sessionContext();
    }

    /** Ends it when no connection will be accepted any more; those that are open go on. */
    @Override
    public synchronized void close() {
        ReferenceCountUtil.release(context);
    }
}
