package mesh.ambit.istiod.issuer;

import java.time.Duration;
import java.time.Instant;

/**
 * What was issued without the store's knowledge: certificates of an epoch that end by {@code until} may have been. A step
 * of the rotation waits for the last certificate of an epoch, so the store is told how long they last; ahead of time, so
 * that not every certificate is a write.
 *
 * @param generation number of the epoch
 * @param until the latest end
 */
record Unrecorded(int generation, Instant until) {
    static final Unrecorded NOTHING = new Unrecorded(0, Instant.MIN);

    private static final int SLACK_PARTS = 20;
    private static final Duration MIN_SLACK = Duration.ofSeconds(5);
    private static final Duration MAX_SLACK = Duration.ofHours(1);

    boolean covers(int epoch, Instant end) {
        return epoch == generation && !end.isAfter(until);
    }

    /** Returns a time after {@code end}, the end of a certificate of {@code epoch}, up to which to reserve. */
    static Instant ahead(Epoch epoch, Instant end) {
        Duration part = Duration.between(epoch.since(), end).dividedBy(SLACK_PARTS);
        Duration least = part.compareTo(MIN_SLACK) < 0 ? MIN_SLACK : part;
        return end.plus(least.compareTo(MAX_SLACK) < 0 ? least : MAX_SLACK);
    }

    /**
     * Returns {@code state} with this added, and with what will soon be needed; itself where nothing is to be added.
     *
     * @param furthest when the last certificate of the present epoch ends; {@link Instant#MIN} where there is none
     */
    AuthorityState addedTo(AuthorityState state, Instant furthest) {
        Epoch epoch = state.epoch();
        AuthorityState next = state.issuedUntil(generation, until);
        Instant reserved = ahead(epoch, furthest);
        Duration slack = Duration.between(furthest, reserved).dividedBy(2);
        if (furthest.isAfter(epoch.since()) && next.epoch().until().isBefore(furthest.plus(slack))) {
            return next.issuedUntil(reserved);
        }
        return next;
    }
}
