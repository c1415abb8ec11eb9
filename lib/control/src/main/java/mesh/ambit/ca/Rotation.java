package mesh.ambit.ca;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** When certificates are asked for. Pure. */
final class Rotation {
    /**
     * Within this time a certificate is replaced that is good but trusts what may be out of date. Not at once, because a whole
     * fleet learns of it at the same moment.
     */
    static final Duration REPLACEMENT = Duration.ofSeconds(30);

    /** Two requests for one identity are never closer than this. */
    static final Duration MIN_SPACING = Duration.ofSeconds(1);

    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(150);
    private static final double JITTER = 0.2;

    private Rotation() {}

    /** Returns the middle of the certificate's life, or {@code now} when it ends before it begins. */
    static Instant renewal(Instant notBefore, Instant notAfter, Instant now) {
        Duration life = Duration.between(notBefore, notAfter);
        return life.isNegative() ? now : notBefore.plus(life.dividedBy(2));
    }

    /** Returns the wait after {@code failures} failures in a row (at least one), without jitter. */
    static Duration backoff(int failures) {
        int doublings = Math.min(failures - 1, 10);
        Duration wait = FIRST_BACKOFF.multipliedBy(1L << doublings);
        return wait.compareTo(MAX_BACKOFF) > 0 ? MAX_BACKOFF : wait;
    }

    /** Returns {@code wait} changed by up to a fifth in either direction, so that a fleet does not retry in step. */
    static Duration jittered(Duration wait, RandomGenerator random) {
        double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
        Duration changed = Duration.ofNanos((long) (wait.toNanos() * factor));
        return changed.compareTo(MAX_BACKOFF) > 0 ? MAX_BACKOFF : changed;
    }
}
