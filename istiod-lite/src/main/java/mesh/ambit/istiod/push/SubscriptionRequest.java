package mesh.ambit.istiod.push;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.Status;
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
        HeldVersions initialVersions,
        String nonce,
        @Nullable Rejection rejection) {
    /** The name that stands for everything. */
    static final String WILDCARD = "*";

    /** How much of a client's words is kept. */
    private static final int MAX_REASON = 4096;

    SubscriptionRequest {
        subscribe = Collections.unmodifiableSet(subscribe);
        unsubscribe = Collections.unmodifiableSet(unsubscribe);
    }

    /** Creates one of a client that says what it holds as a map. */
    SubscriptionRequest(
            Set<String> subscribe,
            Set<String> unsubscribe,
            Map<String, String> initialVersions,
            String nonce,
            @Nullable Rejection rejection) {
        this(subscribe, unsubscribe, HeldVersions.of(initialVersions), nonce, rejection);
    }

    /**
     * A client's refusal.
     *
     * @param code gRPC status code
     * @param reason what was wrong with which resource, in the client's words
     */
    record Rejection(int code, String reason) {}

    /** Reads the part of {@code request} that concerns its type. */
    static SubscriptionRequest from(ClientRequest received) {
        DeltaDiscoveryRequest request = received.said();
        return new SubscriptionRequest(
                distinct(request.getResourceNamesSubscribeList()),
                distinct(request.getResourceNamesUnsubscribeList()),
                received.held(),
                request.getResponseNonce(),
                request.hasErrorDetail() ? rejection(request.getErrorDetail()) : null);
    }

    /** Reads why a client refused a response. */
    static Rejection rejection(Status detail) {
        return new Rejection(detail.getCode(), cut(detail.getMessage()));
    }

    /** Returns whether it names nothing at all, as an acknowledgement does. */
    boolean isEmpty() {
        return subscribe.isEmpty() && unsubscribe.isEmpty() && initialVersions.isEmpty();
    }

    /**
     * Returns whether the request subscribes to {@code name} or says that the client holds it: for one name. Looks through
     * all that it holds; whoever asks for many takes {@link #mentioned}.
     */
    boolean mentions(String name) {
        return subscribe.contains(name) || initialVersions.contains(name);
    }

    /** Returns every name that the client wants or holds; the wildcard too. */
    Set<String> mentioned() {
        Set<String> names = new HashSet<>(subscribe);
        names.addAll(initialVersions.asMap().keySet());
        return names;
    }

    /** Returns the names that a first request stands for: subscribed or held, less unsubscribed. */
    Set<String> firstNames() {
        Set<String> names = mentioned();
        names.removeAll(unsubscribe);
        return names;
    }

    private static Set<String> distinct(List<String> names) {
        return names.isEmpty() ? Set.of() : new HashSet<>(names);
    }

    private static String cut(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
    }
}
