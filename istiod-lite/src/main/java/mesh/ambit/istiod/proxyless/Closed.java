package mesh.ambit.istiod.proxyless;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import mesh.ambit.wire.Deterministic;
import org.jspecify.annotations.Nullable;

/**
 * What takes the place of a resource that a client refuses.
 *
 * <p>A client that refuses a resource goes on with the one that it has: one without a certificate would go on to call
 * without TLS after a rule has asked for it, and a server would go on to let in whom a policy now keeps out. So it is
 * sent what no client refuses and nothing passes. One that took the same guard before, with something else that it refuses
 * now, may go on with what it has.
 */
final class Closed {
    private Closed() {}

    /** Returns what is sent to who refuses {@code message}; null when it may go on with what it has. */
    static @Nullable Message insteadOf(Message message) {
        return switch (message) {
            case Cluster cluster when cluster.hasTransportSocket() -> Clusters.closed(cluster);
            case Listener listener when listener.getFilterChainsCount() > 0 -> ServerListeners.closed(listener);
            default -> null;
        };
    }

    /** Returns what of {@code message} keeps callers out: the same for two that keep out the same; empty for nothing. */
    static ByteString guard(Message message) {
        return switch (message) {
            case Cluster cluster when cluster.hasTransportSocket() -> Deterministic.bytes(cluster.getTransportSocket());
            case Listener listener
            when listener.getFilterChainsCount() > 0 ->
                Deterministic.bytes(Listener.newBuilder()
                        .addAllFilterChains(listener.getFilterChainsList())
                        .build());
            default -> ByteString.EMPTY;
        };
    }
}
