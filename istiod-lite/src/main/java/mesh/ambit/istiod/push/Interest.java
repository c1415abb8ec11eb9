package mesh.ambit.istiod.push;

import org.jspecify.annotations.Nullable;

/**
 * What a client wants of one type, how far in the history of the mesh it is, and what it therefore has to be told. No
 * I/O, no clock; one stream owns it.
 */
sealed interface Interest permits AddressInterest, PolicyInterest {
    /** Returns the answer to the first request of the stream. */
    Update first(SubscriptionRequest request, Revision now);

    /** Returns the answer to a later request, or null if it asks for nothing. */
    @Nullable
    Update change(SubscriptionRequest request, Revision now);

    /** Returns whether something changed since this client was last told; it need not concern it. */
    boolean isDue(Revision now);

    /**
     * Returns what this client must hear to be at {@code now}, or null if nothing.
     *
     * @param keepRemovals whether removals are left for a later push, where what is removed may still be referred to by
     *     what is sent in between
     */
    @Nullable
    Update push(Revision now, boolean keepRemovals);

    /** Returns how many names are kept for this client. */
    int size();

    /** Returns how many changed names this client has yet to be told of. */
    long behind(Revision now);
}
