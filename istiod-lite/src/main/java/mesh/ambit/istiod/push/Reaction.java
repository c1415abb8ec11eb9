package mesh.ambit.istiod.push;

import mesh.ambit.istiod.push.SubscriptionRequest.Rejection;

/** What a request leads to. */
sealed interface Reaction {
    /** The client is owed a response, even an empty one. */
    record Answer(Update update) implements Reaction {}

    /** The client took our last response, or repeats what we know. */
    record Acknowledged() implements Reaction {}

    /** The client refused (part of) a response; it is never answered, or both sides would go on for ever. */
    record Rejected(Rejection rejection) implements Reaction {}

    /** The request answers a response that is no longer the last one; a newer answer is under way. */
    record Stale() implements Reaction {}
}
