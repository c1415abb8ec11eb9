package mesh.ambit.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.IllegalReferenceCountException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the TLS contexts of HBONE from an SVID: TLS 1.3 only, mutual, ALPN {@code h2}, no SNI, no host name check,
 * no session resumption. A context is made once for each SVID and expectation and is kept with the SVID.
 *
 * <p>The groups are the library's default, which for BoringSSL begins with X25519MLKEM768. A server context takes a
 * client without ALPN; put an {@link AlpnGate} before it to refuse a list without {@code h2}.
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

    static {
        System.setProperty(SESSION_TICKETS, "false");
    }

    private static final ApplicationProtocolConfig ALPN = new ApplicationProtocolConfig(
            Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, ALPN_H2);

    private final TlsProvider provider;
    private final InstantSource clock;

    /** Makes contexts with {@code provider}; {@code clock} judges the validity of peers' certificates. */
    public TlsContexts(TlsProvider provider, InstantSource clock) {
        this.provider = Objects.requireNonNull(provider, "provider");
        this.clock = Objects.requireNonNull(clock, "clock");
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
        ContextCache.Key key = new ContextCache.Key(provider, expected);
        SslHandler handler;
        try {
            handler = context(svid, key).newHandler(allocator);
        } catch (IllegalReferenceCountException e) {
            // The SVID was closed between the two calls; whoever closed it did not mean us.
            svid.contexts.updateAndGet(cache -> cache.without(key));
            handler = context(svid, key).newHandler(allocator);
        }
        // As upstream: an unfinished handshake is bounded by nothing but the peers' patience.
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    private SslContext context(Svid svid, ContextCache.Key key) {
        SslContext known = svid.contexts.get().contexts().get(key);
        if (known != null) {
            return known;
        }
        // Two loops may build the same context at once; the later one is kept and the other serves one handshake.
        SslContext built = build(svid, key.expected());
        svid.contexts.updateAndGet(cache -> cache.with(key, built));
        return built;
    }

    private SslContext build(Svid svid, @Nullable ExpectedSans expected) {
        X509Certificate[] chain = svid.chain().toArray(new X509Certificate[0]);
        PeerVerifier verifier = expected == null
                ? PeerVerifier.ofClients(svid, clock, provider)
                : PeerVerifier.ofServers(svid, expected, clock, provider);
        SslContextBuilder builder = expected == null
                ? SslContextBuilder.forServer(svid.key(), chain).clientAuth(ClientAuth.REQUIRE)
                : SslContextBuilder.forClient().keyManager(svid.key(), chain).endpointIdentificationAlgorithm(null);
        try {
            return builder.sslProvider(provider.netty())
                    .protocols("TLSv1.3")
                    .trustManager(verifier)
                    .applicationProtocolConfig(ALPN)
                    .build();
        } catch (SSLException e) {
            throw new UncheckedIOException("TLS context for " + svid + ": " + e.getMessage(), e);
        }
    }
}
