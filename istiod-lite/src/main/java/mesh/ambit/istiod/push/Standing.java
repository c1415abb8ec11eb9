package mesh.ambit.istiod.push;

import mesh.ambit.istiod.push.SubscriptionRequest.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * What was sent to a client about one type and what it said to it. Immutable, so that any thread may look.
 *
 * @param sentNonce the last response; empty before the first
 * @param sentMillis when it went out
 * @param ackedNonce the last response that the client took; empty before the first
 * @param ackedMillis when it said so
 * @param unansweredMillis when the oldest response went out that the client has not answered; 0 when it owes no answer
 * @param rejection why the client refused a response; null when it has taken one since
 * @param rejectedMillis when it did
 * @param rejections how often it did on this stream
 */
record Standing(
        String sentNonce,
        long sentMillis,
        String ackedNonce,
        long ackedMillis,
        long unansweredMillis,
        @Nullable Rejection rejection,
        long rejectedMillis,
        long rejections) {
    static final Standing NONE = new Standing("", 0, "", 0, 0, null, 0, 0);

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

        /** Returns the one that is printed as {@code text}. */
        static Status parse(String text) {
            return valueOf(text.replace(' ', '_'));
        }

        @Override
        public String toString() {
            return text;
        }
    }

    Status status() {
        if (rejection != null) {
            return Status.ERROR;
        }
        if (sentNonce.isEmpty()) {
            return Status.NOT_SENT;
        }
        return sentNonce.equals(ackedNonce) ? Status.SYNCED : Status.STALE;
    }

    /** Returns whether a client that answers, as it has shown, has not answered yet what was sent last. */
    boolean isAwaited() {
        return unansweredMillis != 0 && !ackedNonce.isEmpty();
    }

    Standing sent(String nonce, long nowMillis) {
        return new Standing(
                nonce,
                nowMillis,
                ackedNonce,
                ackedMillis,
                unansweredMillis == 0 ? someTime(nowMillis) : unansweredMillis,
                rejection,
                rejectedMillis,
                rejections);
    }

    /** A clock that was never set begins with the 0 that stands for none. */
    private static long someTime(long millis) {
        return millis == 0 ? 1 : millis;
    }

    Standing acknowledged(long nowMillis) {
        return new Standing(sentNonce, sentMillis, sentNonce, nowMillis, 0, null, 0, rejections);
    }

    Standing rejected(Rejection why, long nowMillis) {
        return new Standing(sentNonce, sentMillis, ackedNonce, ackedMillis, 0, why, nowMillis, rejections + 1);
    }
}
