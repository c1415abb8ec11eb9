package mesh.ambit.istiod.push;

import org.jspecify.annotations.Nullable;

/**
 * The conversation about one type on one stream: what was sent last, what the client said to it, what is due.
 *
 * <p>A state machine without I/O and clock: the stream feeds it requests and revisions, sends what it returns and reports
 * the nonce of what it sent. The stream owns it; only {@link #standing} may be called from other threads.
 */
final class Subscription {
    private final Interest interest;
    private boolean started;
    private volatile Standing standing = Standing.NONE;

    private Subscription(Interest interest) {
        this.interest = interest;
    }

    /** Creates the conversation about {@code type} with a client on {@code node}, which may be empty. */
    static Subscription of(ResourceType type, String node) {
        return new Subscription(
                switch (type) {
                    case AUTHORIZATION -> new PolicyInterest();
                    case ADDRESS, WORKLOAD -> new AddressInterest(type, node);
                });
    }

    /** Takes {@code request} into account and returns what it leads to. */
    Reaction request(SubscriptionRequest request, Revision now, long nowMillis) {
        if (request.rejection() != null) {
            standing = standing.rejected(request.rejection(), nowMillis);
            return new Reaction.Rejected(request.rejection());
        }
        if (!started) {
            started = true;
            return new Reaction.Answer(interest.first(request, now));
        }
        if (!request.nonce().isEmpty()) {
            if (!request.nonce().equals(standing.sentNonce())) {
                return new Reaction.Stale();
            }
            standing = standing.acknowledged(nowMillis);
        }
        if (request.isEmpty()) {
            return new Reaction.Acknowledged();
        }
        Update update = interest.change(request, now);
        return update == null ? new Reaction.Acknowledged() : new Reaction.Answer(update);
    }

    /** Returns whether {@link #push} may have something to say. */
    boolean isDue(Revision now) {
        return started && interest.isDue(now);
    }

    /** Returns what is due and regards it as said; null if nothing concerns this client. See {@link Interest#push}. */
    @Nullable
    Update push(Revision now, boolean keepRemovals) {
        return interest.push(now, keepRemovals);
    }

    /** Notes that a response with {@code nonce} is on its way. */
    void sent(String nonce, long nowMillis) {
        standing = standing.sent(nonce, nowMillis);
    }

    /** Returns what was sent and what the client said to it; any thread. */
    Standing standing() {
        return standing;
    }

    /** Returns how many names are kept for this client. */
    int size() {
        return interest.size();
    }

    /** Returns how many changed names this client has yet to be told of. */
    long behind(Revision now) {
        return started ? interest.behind(now) : 0;
    }
}
