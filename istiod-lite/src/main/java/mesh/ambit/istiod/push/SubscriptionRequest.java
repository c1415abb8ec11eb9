package mesh.ambit.istiod.push;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a client says about one type in one request.
 *
 * @param subscribe names it wants, or {@link #WILDCARD}
 * @param unsubscribe names it no longer wants
 * @param initialVersions what it holds already, name to version; only in the first request of a stream
 * @param nonce the response that it answers; empty when it speaks unasked
 * @param rejection why it did not take that response; null when it took it
 */
record SubscriptionRequest(
        Set<String> subscribe,
        Set<String> unsubscribe,
        Map<String, String> initialVersions,
        String nonce,
        @Nullable String rejection) {
    /** The name that stands for everything. */
    static final String WILDCARD = "*";

    SubscriptionRequest {
        subscribe = Set.copyOf(subscribe);
        unsubscribe = Set.copyOf(unsubscribe);
        initialVersions = Map.copyOf(initialVersions);
    }

    /** Reads the part of {@code request} that concerns its type. */
    static SubscriptionRequest from(DeltaDiscoveryRequest request) {
        return new SubscriptionRequest(
                distinct(request.getResourceNamesSubscribeList()),
                distinct(request.getResourceNamesUnsubscribeList()),
                request.getInitialResourceVersionsMap(),
                request.getResponseNonce(),
                request.hasErrorDetail() ? request.getErrorDetail().getMessage() : null);
    }

    /** Returns whether it changes what the client is subscribed to, or asks for something again. */
    boolean namesSomething() {
        return !subscribe.isEmpty() || !unsubscribe.isEmpty();
    }

    /** Returns the names that a first request stands for: subscribed or held, less unsubscribed. */
    Set<String> firstNames() {
        Set<String> names = mentioned();
        names.removeAll(unsubscribe);
        return names;
    }

    /** Returns every name of the request that the client may hold or wait for, sorted; the wildcard too. */
    Set<String> mentioned() {
        Set<String> names = new TreeSet<>(subscribe);
        names.addAll(initialVersions.keySet());
        return names;
    }

    private static Set<String> distinct(List<String> names) {
        return Set.copyOf(names);
    }
}
