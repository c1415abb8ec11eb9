package mesh.ambit.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Makes the TLS contexts of HBONE from an SVID: mutual, ALPN {@code h2}, no SNI, no host name check, no session
 * resumption; versions, suites and groups by {@link TlsPolicy}. A context is made once for each SVID and expectation and is
 * kept with the SVID.
 *
 * <p>A server context takes a client without ALPN; put an {@link AlpnGate} before it to refuse a list without {@code h2}.
 *
 * <p>Thread-safe; one for a process.
 */
public final class TlsContexts {
    /** The only application protocol there is. */
    static final String ALPN_H2 = "h2";

    /**
     * Read once by Netty's OpenSSL contexts. Contexts are kept with the SVID, so a ticket would resume a session
     * without looking at the client's certificate again.
     */
    private static final String SESSION_TICKETS = "jdk.tls.server.enableSessionTicketExtension";

    /** Read once by the JDK's provider, which would otherwise keep sessions of its own accord. */
    private static final String NEW_SESSION_TICKETS = "jdk.tls.server.newSessionTicketCount";

    static {
        System.setProperty(SESSION_TICKETS, "false");
        System.setProperty(NEW_SESSION_TICKETS, "0");
    }

    static final ApplicationProtocolConfig ALPN = new ApplicationProtocolConfig(
            Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, ALPN_H2);

    private final TlsPolicy policy;
    private final TlsProvider provider;
    private final InstantSource clock;
    private final Revocations revocations;

    /** Makes contexts with {@code provider}; {@code clock} judges the validity of peers' certificates. */
    public TlsContexts(TlsProvider provider, InstantSource clock) {
        this(TlsPolicy.DEFAULT, provider, clock, Revocations.none());
    }

    /**
     * Makes contexts.
     *
     * @param provider one that can keep {@code policy}, such as {@link TlsPolicy#provider()}
     * @param clock judges the validity of peers' certificates
     * @param revocations says which of them are revoked
     */
    public TlsContexts(TlsPolicy policy, TlsProvider provider, InstantSource clock, Revocations revocations) {
        this.policy = Objects.requireNonNull(policy, "policy");
        this.provider = Objects.requireNonNull(provider, "provider");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.revocations = Objects.requireNonNull(revocations, "revocations");
    }

    /**
     * Returns a handler to accept with: a client must show a SPIFFE name of the SVID's trust domain.
     *
     * @throws UncheckedIOException if the SVID cannot be used, for instance because key and leaf do not belong together
     */
    public SslHandler serverHandler(Svid svid, ByteBufAllocator allocator) {
        return handler(svid, null, allocator);
    }

    /**
     * Returns a handler to connect with: the server must show one of {@code expected}.
     *
     * @throws UncheckedIOException as {@link #serverHandler} does
     */
    public SslHandler clientHandler(Svid svid, ExpectedSans expected, ByteBufAllocator allocator) {
        return handler(svid, Objects.requireNonNull(expected, "expected"), allocator);
    }

    private SslHandler handler(Svid svid, @Nullable ExpectedSans expected, ByteBufAllocator allocator) {
        SslContext context = take(svid, new ContextCache.Key(provider, expected));
        try {
            SslHandler handler = context.newHandler(allocator);
            boolean groups = provider == TlsProvider.JDK && !policy.groups().isEmpty();
            boolean clientChooses = expected == null && policy.tls12();
            if (groups || clientChooses) {
                SSLParameters parameters = handler.engine().getSSLParameters();
                if (groups) {
                    parameters.setNamedGroups(policy.groups().toArray(new String[0]));
                }
                if (clientChooses) {
                    // Of the suites that both have the client's first one, as the reference does.
                    parameters.setUseCipherSuitesOrder(false);
                }
                handler.engine().setSSLParameters(parameters);
            }
            // As upstream: an unfinished handshake is bounded by nothing but the peers' patience.
            handler.setHandshakeTimeoutMillis(0);
            return handler;
        } finally {
            // Its engine holds it from here on.
            ReferenceCountUtil.release(context);
        }
    }

    /** Returns a context that the caller releases. */
    private SslContext take(Svid svid, ContextCache.Key key) {
        if (key.expected() == null && (provider == TlsProvider.JDK || policy.tls12())) {
            // TLS 1.2 and the JDK's provider keep sessions with the context, whatever they are told: one that is made
            // for
            // each connection, as upstream does, has none to resume.
            return build(svid, null);
        }
        while (true) {
            ContextCache cache = svid.contexts.get();
            SslContext known = cache.contexts().get(key);
            if (known != null) {
                try {
                    return ReferenceCountUtil.retain(known);
                } catch (IllegalReferenceCountException e) {
                    // The SVID was closed since we looked, and its cache says so now.
                    continue;
                }
            }
            SslContext built = build(svid, key.expected());
            if (cache.closed()) {
                return built;
            }
            ContextCache next = cache.with(key, built);
            ReferenceCountUtil.retain(built);
            if (svid.contexts.compareAndSet(cache, next)) {
                cache.contexts().forEach((before, context) -> {
                    if (!next.contexts().containsKey(before)) {
                        ReferenceCountUtil.release(context);
                    }
                });
                return built;
            }
            // Another loop was faster; its context, or its verdict that the SVID is closed, counts.
            ReferenceCountUtil.release(built, 2);
        }
    }

    private SslContext build(Svid svid, @Nullable ExpectedSans expected) {
        KeyManagerFactory keys = new SvidKeys(svid);
        PeerVerifier verifier = expected == null
                ? PeerVerifier.ofClients(svid, clock, provider, revocations)
                : PeerVerifier.ofServers(svid, expected, clock, provider, revocations);
        SslContextBuilder builder = expected == null
                ? SslContextBuilder.forServer(keys).clientAuth(ClientAuth.REQUIRE)
                : SslContextBuilder.forClient().keyManager(keys).endpointIdentificationAlgorithm(null);
        if (provider == TlsProvider.BORINGSSL && !policy.groups().isEmpty()) {
            builder.option(OpenSslContextOption.GROUPS, policy.groups().toArray(new String[0]));
        }
        if (provider == TlsProvider.JDK || policy.tls12()) {
            builder.ciphers(policy.suites(), SupportedCipherSuiteFilter.INSTANCE);
        }
        try {
            SslContext context = builder.sslProvider(provider.netty())
                    .protocols(policy.versions())
                    .trustManager(verifier)
                    .applicationProtocolConfig(ALPN)
                    .build();
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(false);
            }
            return context;
        } catch (SSLException e) {
            throw new UncheckedIOException("TLS context for " + svid + ": " + e.getMessage(), e);
        }
    }
}
