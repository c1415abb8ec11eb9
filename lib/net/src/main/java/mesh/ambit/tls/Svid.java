package mesh.ambit.tls;

import io.netty.util.ReferenceCountUtil;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import mesh.ambit.identity.SpiffeId;

/**
 * What a workload needs to prove its identity and to judge others: its certificate chain, the private key, and the
 * trust bundle that came with them.
 *
 * <p>A class and not a record on purpose: it has identity. The TLS contexts made from it are kept with it (see
 * {@link TlsContexts}), so that they live exactly as long as the certificate does. Thread-safe.
 */
public final class Svid implements AutoCloseable {
    private final SpiffeId identity;
    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final List<X509Certificate> roots;

    /** The contexts built from this certificate so far; owned by {@link TlsContexts}. */
    final AtomicReference<ContextCache> contexts = new AtomicReference<>(ContextCache.EMPTY);

    /** The peers that this bundle vouches for, as far as they have been met. */
    final PathCache paths = new PathCache();

    private final PathFinder finder;

    /**
     * Makes an SVID.
     *
     * @param identity the identity that the leaf carries
     * @param chain the leaf, then its intermediates; the root is never among them
     * @param key the leaf's private key
     * @param roots the trust bundle for peers; without any nobody is trusted
     */
    public Svid(SpiffeId identity, List<X509Certificate> chain, PrivateKey key, List<X509Certificate> roots) {
        this.identity = Objects.requireNonNull(identity, "identity");
        this.chain = List.copyOf(chain);
        this.key = Objects.requireNonNull(key, "key");
        this.roots = List.copyOf(roots);
        if (this.chain.isEmpty()) {
            throw new IllegalArgumentException("certificate chain of " + identity + ": empty (expected: leaf first)");
        }
        this.finder = new PathFinder(this.roots);
    }

    /** Returns whom this certificate speaks for. */
    public SpiffeId identity() {
        return identity;
    }

    /** Returns the leaf and its intermediates, leaf first. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** Returns the leaf. */
    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /** Returns the leaf's private key. */
    public PrivateKey key() {
        return key;
    }

    /** Returns the trust bundle that peers are judged by. */
    public List<X509Certificate> roots() {
        return roots;
    }

    PathFinder finder() {
        return finder;
    }

    /** Returns the first moment at which the leaf is valid. */
    public Instant notBefore() {
        return leaf().getNotBefore().toInstant();
    }

    /** Returns the last moment at which the leaf is valid. */
    public Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    /**
     * Frees the native memory of the contexts made from this SVID with the last connection that uses them; call it when a
     * newer one has taken its place. The SVID can still be used, by whoever had just been given it: contexts then live for
     * one connection.
     */
    @Override
    public void close() {
        contexts.getAndSet(ContextCache.CLOSED).contexts().values().forEach(ReferenceCountUtil::release);
    }

    /** Says whose certificate it is and until when; never anything of the key. */
    @Override
    public String toString() {
        return "Svid[" + identity + " until " + notAfter() + "]";
    }
}
