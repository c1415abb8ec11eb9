package mesh.ambit.tls;

import io.netty.handler.ssl.SslContext;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The contexts built from one SVID: immutable, replaced as a whole. */
record ContextCache(Map<Key, SslContext> contexts) {
    static final ContextCache EMPTY = new ContextCache(Map.of());

    /** One client context for each set of expected peers; a node talks to fewer identities than this at a time. */
    private static final int MAX_CONTEXTS = 256;

    /** What a context depends on beside the SVID; {@code expected} is null for the server's. */
    record Key(TlsProvider provider, @Nullable ExpectedSans expected) {}

    /** Returns this cache without {@code key}. */
    ContextCache without(Key key) {
        Map<Key, SslContext> next = new HashMap<>(contexts);
        next.remove(key);
        return new ContextCache(Map.copyOf(next));
    }

    /** Returns this cache and {@code context}. A full cache starts afresh: contexts are cheap to rebuild. */
    ContextCache with(Key key, SslContext context) {
        Map<Key, SslContext> next = contexts.size() >= MAX_CONTEXTS ? new HashMap<>() : new HashMap<>(contexts);
        next.put(key, context);
        return new ContextCache(Map.copyOf(next));
    }
}
