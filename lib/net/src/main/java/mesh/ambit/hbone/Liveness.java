package mesh.ambit.hbone;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the far end of a tunnel still lives: a PING ten seconds after the last answer, whatever the
 * traffic, and a verdict when twenty seconds have passed without one. On the tunnel's event loop only.
 */
final class Liveness {
    static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** An answer that takes longer keeps new streams away: they would wait for a peer that may be dead. */
    static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop loop;
    private final Ticker ticker;
    private final LongConsumer sendPing;
    private final Runnable silent;
    private final Runnable dead;

    private @Nullable Future<?> timer;
    private boolean stopped;
    private boolean awaiting;
    private long payload;
    private long sentNanos;
    private long heardNanos;

    /**
     * @param sendPing sends a PING with the given payload
     * @param silent what to do when nothing at all has come since a PING, for so long that nobody should wait
     * @param dead what to do at the verdict
     */
    Liveness(EventLoop loop, LongConsumer sendPing, Runnable silent, Runnable dead) {
        this.loop = loop;
        this.ticker = loop.ticker();
        this.sendPing = sendPing;
        this.silent = silent;
        this.dead = dead;
    }

    void start() {
        heardNanos = ticker.nanoTime();
        timer = loop.schedule(this::ping, INTERVAL_NANOS, TimeUnit.NANOSECONDS);
    }

    void stop() {
        stopped = true;
        cancelTimer();
    }

    /** Notes that bytes have come; called for every read, so that an old silence can be told from a quiet tunnel. */
    void heard() {
        heardNanos = ticker.nanoTime();
    }

    /** Returns when the peer was last heard, on the loop's ticker. */
    long heardNanos() {
        return heardNanos;
    }

    /**
     * Asks the peer now whether it is there, because there is reason to doubt it, and has {@code gone} called unless
     * something is heard of it in time.
     */
    void challenge(long patienceNanos, Runnable gone) {
        if (stopped) {
            return;
        }
        if (!awaiting) {
            cancelTimer();
            ping();
        }
        long asked = ticker.nanoTime();
        loop.schedule(
                () -> {
                    if (!stopped && heardNanos - asked < 0) {
                        gone.run();
                    }
                },
                patienceNanos,
                TimeUnit.NANOSECONDS);
    }

    /** Takes the answer to a PING; false if it is none of ours. */
    boolean answered(long answer) {
        if (!awaiting || answer != payload) {
            return false;
        }
        awaiting = false;
        cancelTimer();
        if (!stopped) {
            timer = loop.schedule(this::ping, INTERVAL_NANOS, TimeUnit.NANOSECONDS);
        }
        return true;
    }

    /**
     * Says whether the peer has left a PING unanswered for too long to trust it with a new stream. If nothing was heard
     * of it for as long, asks it now instead of waiting for the next regular PING.
     */
    boolean isStalled() {
        long now = ticker.nanoTime();
        if (awaiting) {
            return now - sentNanos > STALL_NANOS;
        }
        if (!stopped && now - heardNanos > STALL_NANOS) {
            cancelTimer();
            ping();
        }
        return false;
    }

    private void ping() {
        if (stopped) {
            return;
        }
        awaiting = true;
        payload++;
        sentNanos = ticker.nanoTime();
        timer = loop.schedule(this::doubt, STALL_NANOS, TimeUnit.NANOSECONDS);
        sendPing.accept(payload);
    }

    private void doubt() {
        timer = loop.schedule(
                this::verdict, Math.max(0, TIMEOUT_NANOS - (ticker.nanoTime() - sentNanos)), TimeUnit.NANOSECONDS);
        if (heardNanos - sentNanos < 0) {
            silent.run();
        }
    }

    private void verdict() {
        if (!stopped && awaiting) {
            stopped = true;
            dead.run();
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
