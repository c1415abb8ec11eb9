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
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of a port that stays open while its key and the roots of its clients change: HTTP/2, and a certificate only of
 * clients that have one. The key to show and the roots to trust are asked for at each handshake. With the native library nobody
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

    /** Null when it is closed. */
    private final AtomicReference<@Nullable Told> told;

    /** A context, and the roots whose names its clients are told; the native library takes them once. */
    private record Told(SslContext context, List<X509Certificate> roots) {}

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
        this.told = new AtomicReference<>(new Told(context(), roots()));
    }

    private List<X509Certificate> roots() {
        return Arrays.asList(clients.getAcceptedIssuers());
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
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        return with(context -> withoutTickets(context.newEngine(allocator)));
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
        return with(context -> withoutTickets(context.newEngine(allocator, peerHost, peerPort)));
    }

    /** Calls {@code use} with the context of the moment, which lasts as long as that. Engines hold what made them. */
    private <T> T with(Function<SslContext, T> use) {
        while (true) {
            SslContext context = current();
            try {
                ReferenceCountUtil.retain(context);
            } catch (IllegalReferenceCountException e) {
                // Replaced, or closed, since it was looked at.
                continue;
            }
            try {
                return use.apply(context);
            } finally {
                ReferenceCountUtil.release(context);
            }
        }
    }

    /** Clients choose by the names of roots which of their certificates they show, if any. */
    private SslContext current() {
        Told now = told.get();
        if (now == null) {
            throw new IllegalStateException("no TLS: the port is closed");
        }
        List<X509Certificate> roots = roots();
        if (provider != TlsProvider.BORINGSSL || roots.equals(now.roots())) {
            return now.context();
        }
        SslContext fresh = contextOrNull();
        Told next = new Told(fresh == null ? now.context() : fresh, roots);
        boolean replaced = told.compareAndSet(now, next);
        if (fresh != null) {
            ReferenceCountUtil.release(replaced ? now.context() : fresh);
        }
        return replaced ? next.context() : current();
    }

    /** Whom to believe is asked at each handshake all the same, so the former context does where none can be made. */
    private @Nullable SslContext contextOrNull() {
        try {
            return context();
        } catch (SSLException e) {
            LOG.warn(
                    "clients are told the names of the former roots (no TLS context with the new ones: {})",
                    e.getMessage());
            return null;
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
    public List<String> cipherSuites() {
        return with(SslContext::cipherSuites);
    }

    @Override
    @SuppressWarnings("deprecation") // What the class asks for.
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return with(SslContext::applicationProtocolNegotiator);
    }

    @Override
    public SSLSessionContext sessionContext() {
        return with(SslContext::sessionContext);
    }

    /** Ends it when no connection will be accepted any more; those that are open go on. */
    @Override
    public void close() {
        Told last = told.getAndSet(null);
        if (last != null) {
            ReferenceCountUtil.release(last.context());
        }
    }
}
