package mesh.ambit.istiod.push;

import org.jspecify.annotations.Nullable;

/** What a client wants of one type, and what it therefore has to be told. No I/O, no clock; one stream owns it. */
sealed interface Interest permits AddressInterest, PolicyInterest {
    /** Returns the answer to the first request of the stream. */
    Update first(SubscriptionRequest request, PushState state);

    /** Returns the answer to a later request, or null if it asks for nothing. */
    @Nullable
    Update change(SubscriptionRequest request, PushState state);

    /** Remembers what changed until {@link #push}. */
    void note(MeshChange change);

    /** Returns whether {@link #push} may have something to say. */
    boolean isDue();

    /** Forgets what was noted and returns what this client must hear of it, or null if nothing. */
    @Nullable
    Update push(PushState state);

    /** Returns how many names are kept for this client. */
    int size();
}
