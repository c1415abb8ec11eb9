package mesh.ambit.hbone;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;

/**
 * Counts what a peer makes us do for nothing, and ends the tunnel when it is too much. Limits on time run from one
 * {@link #newPeriod} to the next.
 */
final class AbuseGuard {
    /** Streams opened and reset before we could look at them. The reference server's bound. */
    static final int MAX_RAPID_RESETS = 20;

    /** Streams we had to reset because the peer broke a rule. The reference server's bound. */
    static final int MAX_OWN_RESETS = 1_024;

    /** SETTINGS, PING and empty DATA in one period: an honest peer sends a handful. */
    static final int MAX_IDLE_FRAMES = 4_096;

    private int rapidResets;
    private int ownResets;
    private int idleFrames;

    /** A stream was reset before it was looked at. */
    void onRapidReset() throws ProtocolViolation {
        if (++rapidResets > MAX_RAPID_RESETS) {
            throw new ProtocolViolation(ENHANCE_YOUR_CALM, "too many resets");
        }
    }

    /** We answer a fault of the peer's with a reset. */
    void onOwnReset() throws ProtocolViolation {
        if (++ownResets > MAX_OWN_RESETS) {
            throw new ProtocolViolation(ENHANCE_YOUR_CALM, "too many stream errors");
        }
    }

    /** A frame came that moves nothing but wants our attention. */
    void onIdleFrame() throws ProtocolViolation {
        if (++idleFrames > MAX_IDLE_FRAMES) {
            throw new ProtocolViolation(ENHANCE_YOUR_CALM, "too many frames without content");
        }
    }

    void newPeriod() {
        rapidResets = 0;
        idleFrames = 0;
    }
}
