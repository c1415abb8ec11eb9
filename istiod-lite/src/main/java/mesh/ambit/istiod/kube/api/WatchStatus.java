package mesh.ambit.istiod.kube.api;

import java.time.Instant;

/**
 * How well a collection is followed.
 *
 * @param state what is going on
 * @param reason why it is not followed; empty when it is
 * @param since when this began
 * @param failures how often it failed since the start
 */
public record WatchStatus(State state, String reason, Instant since, long failures) {
    /** What is going on. */
    public enum State {
        /** Being read for the first time. */
        LISTING,
        /** Every change arrives. */
        WATCHING,
        /** The server does not know the collection: its definition is not installed. */
        ABSENT,
        /** Read before, but changes do not arrive now; the last state stays. */
        STALE,
        /** Not read yet, and the last attempt failed. */
        FAILING
    }

    /** Returns whether all objects are known as of some moment: also when there can be none. */
    public boolean isSettled() {
        return state != State.LISTING && state != State.FAILING;
    }

    /** Returns whether something is wrong now. */
    public boolean isTroubled() {
        return state == State.STALE || state == State.FAILING;
    }
}
