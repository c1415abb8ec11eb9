package mesh.ambit.tls;

import io.netty.handler.ssl.SslContext;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The contexts built from one SVID: immutable, replaced as a whole. Whoever takes a context out of reach releases it.
 *
 * @param closed whether no more contexts are kept
 */
record ContextCache(Map<Key, SslContext> contexts, boolean closed) {
    static final ContextCache EMPTY = new ContextCache(Map.of(), false);
    static final ContextCache CLOSED = new ContextCache(Map.of(), true);

    /** One client context for each set of expected peers; a node talks to fewer identities than this at a time. */
    static final int MAX_CONTEXTS = 256;

    /** What a context depends on beside the SVID; {@code expected} is null for the server's. */
    record Key(TlsProvider provider, @Nullable ExpectedSans expected) {}

    /** Returns this cache and {@code context}. A full cache starts afresh: contexts are cheap to rebuild. */
    ContextCache with(Key key, SslContext context) {
        Map<Key, SslContext> next = contexts.size() >= MAX_CONTEXTS ? new HashMap<>() : new HashMap<>(contexts);
        next.put(key, context);
        return new ContextCache(Map.copyOf(next), closed);
    }
}
