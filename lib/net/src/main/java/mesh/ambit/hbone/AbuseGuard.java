package mesh.ambit.hbone;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;

/**
 * Counts what a peer makes us do for nothing, and ends the tunnel when it is too much. Limits on time run from one
 * {@link #newPeriod} to the next. A tunnel that carries many short streams is allowed as much more as those need.
 */
final class AbuseGuard {
    /** Streams opened and reset before we could look at them. The reference server's bound. */
    static final int MAX_RAPID_RESETS = 20;

    /** Streams we had to reset because the peer broke a rule. The reference server's bound. */
    static final int MAX_OWN_RESETS = 1_024;

    /** SETTINGS, PING, empty DATA and frames for streams that are over, in one period: an honest peer sends a handful. */
    static final int MAX_IDLE_FRAMES = 4_096;

    /** How many more of them each stream allows: its end, and what crosses our reset. */
    static final int IDLE_FRAMES_PER_STREAM = 8;

    /** Credit in amounts that no application would wait for, in one period. */
    static final int MAX_SMALL_CREDITS = 65_536;

    /** Below this a WINDOW_UPDATE is small. */
    static final int SMALL_CREDIT_BYTES = 1_024;

    /** Requests given up before their answer, in one period, if they are also most of all requests. */
    static final int MAX_ABANDONED = 1_024;

    /** Answers behind a peer that reads none of them, which no window bounds: a few hundred kilobytes. */
    static final int MAX_UNREAD = 10_000;

    private int rapidResets;
    private int ownResets;
    private int idleFrames;
    private int smallCredits;
    private int abandoned;
    private int streams;

    /** A stream begins. */
    void onStream() {
        streams++;
    }

    /** A stream was reset before it was looked at. */
    void onRapidReset() throws ProtocolViolation {
        if (++rapidResets > MAX_RAPID_RESETS) {
            throw new ProtocolViolation(ENHANCE_YOUR_CALM, "too many resets", "rapid_reset", "too_many_resets");
        }
    }

    /** A stream was reset before it had its answer, which costs a connect for nothing. */
    void onAbandoned() throws ProtocolViolation {
        if (++abandoned > MAX_ABANDONED && abandoned > streams / 2) {
            throw new ProtocolViolation(ENHANCE_YOUR_CALM, "too many requests given up", "rapid_reset");
        }
    }

    /** We answer a fault of the peer's with a reset. */
    void onOwnReset() throws ProtocolViolation {
        if (++ownResets > MAX_OWN_RESETS) {
            throw new ProtocolViolation(
                    ENHANCE_YOUR_CALM, "too many stream errors", "stream_errors", "too_many_internal_resets");
        }
    }

    /** A frame came that moves nothing but wants our attention. */
    void onIdleFrame() throws ProtocolViolation {
        if (++idleFrames > MAX_IDLE_FRAMES && idleFrames > MAX_IDLE_FRAMES + (long) IDLE_FRAMES_PER_STREAM * streams) {
            throw new ProtocolViolation(ENHANCE_YOUR_CALM, "too many frames without content", "control_flood");
        }
    }

    /** The peer wants more of us while it has not read so many frames. */
    void onUnread(int frames) throws ProtocolViolation {
        if (frames > MAX_UNREAD) {
            throw new ProtocolViolation(ENHANCE_YOUR_CALM, "too many answers unread", "unread_answers");
        }
    }

    /** The peer gives credit. */
    void onCredit(int bytes) throws ProtocolViolation {
        if (bytes < SMALL_CREDIT_BYTES && ++smallCredits > MAX_SMALL_CREDITS) {
            throw new ProtocolViolation(ENHANCE_YOUR_CALM, "too many small WINDOW_UPDATEs", "window_flood");
        }
    }

    void newPeriod() {
        rapidResets = 0;
        idleFrames = 0;
        smallCredits = 0;
        abandoned = 0;
        streams = 0;
    }
}
