package mesh.ambit.istiod.push;

import org.jspecify.annotations.Nullable;

/**
 * The conversation about one type on one stream: what was sent last, what the client said to it, what is due.
 *
 * <p>A state machine without I/O: the stream feeds it requests and changes, sends what it returns and reports the nonce
 * of what it sent. Not thread-safe; the stream owns it.
 */
final class Subscription {
    /** How far the client is, in the words of {@code istioctl proxy-status}. */
    enum Status {
        NOT_SENT("NOT SENT"),
        SYNCED("SYNCED"),
        STALE("STALE"),
        ERROR("ERROR");

        private final String text;

        Status(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final Interest interest;
    private boolean started;
    private String sentNonce = "";
    private String acknowledgedNonce = "";
    private @Nullable String rejection;

    private Subscription(Interest interest) {
        this.interest = interest;
    }

    /** Creates the conversation about {@code type} with a client on {@code node}, which may be empty. */
    static Subscription of(ResourceType type, String node) {
        return new Subscription(
                switch (type) {
                    case AUTHORIZATION -> new PolicyInterest();
                    case ADDRESS -> new AddressInterest(false, node);
                    case WORKLOAD -> new AddressInterest(true, node);
                });
    }

    /** Takes {@code request} into account and returns what it leads to. */
    Reaction request(SubscriptionRequest request, PushState state) {
        if (request.rejection() != null) {
            rejection = request.rejection();
            return new Reaction.Rejected(request.rejection());
        }
        if (!started) {
            started = true;
            return new Reaction.Answer(interest.first(request, state));
        }
        if (!request.nonce().isEmpty()) {
            if (!request.nonce().equals(sentNonce)) {
                return new Reaction.Stale();
            }
            acknowledgedNonce = request.nonce();
            rejection = null;
        }
        Update update = interest.change(request, state);
        return update == null ? new Reaction.Acknowledged() : new Reaction.Answer(update);
    }

    /** Notes that names changed; several notes before the next push become one push. */
    void note(MeshChange change) {
        if (started) {
            interest.note(change);
        }
    }

    /** Returns whether {@link #push} may have something to say. */
    boolean isDue() {
        return interest.isDue();
    }

    /** Returns what is due, from {@code state}, and regards it as said; null if nothing concerns this client. */
    @Nullable
    Update push(PushState state) {
        return interest.push(state);
    }

    /** Notes that a response with {@code nonce} is on its way. */
    void sent(String nonce) {
        sentNonce = nonce;
    }

    Status status() {
        if (rejection != null) {
            return Status.ERROR;
        }
        if (sentNonce.isEmpty()) {
            return Status.NOT_SENT;
        }
        return sentNonce.equals(acknowledgedNonce) && !isDue() ? Status.SYNCED : Status.STALE;
    }

    /** Returns how many names are kept for this client. */
    int size() {
        return interest.size();
    }
}
