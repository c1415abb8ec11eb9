package mesh.ambit.relay;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The bytes of one direction: what was taken, and how much of that has gone on. */
final class Tally {
    private static final VarHandle GONE;

    static {
        try {
            GONE = MethodHandles.lookup().findVarHandle(Tally.class, "gone", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long taken;

    /** Written by the event loop only, read by anyone: no more than opaque access is needed. */
    private long gone;

    void take(int bytes) {
        taken += bytes;
    }

    /** Learns that of what was taken {@code unsent} bytes are still here; returns how many have gone since it learned last. */
    int settle(int unsent) {
        long now = taken - unsent;
        int more = (int) (now - gone);
        if (more > 0) {
            GONE.setOpaque(this, now);
        }
        return Math.max(0, more);
    }

    /** Returns how many have gone. From any thread. */
    long bytes() {
        return (long) GONE.getOpaque(this);
    }
}
