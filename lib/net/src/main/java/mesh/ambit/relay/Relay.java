package mesh.ambit.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.hbone.TunnelFailure;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes both ways between two sides that live on one event loop, until both halves have ended. The
 * <em>downstream</em> side is whoever connected, the <em>upstream</em> side is where we connected to.
 *
 * <p>A side reads only while the other can take more, so memory is bounded by the write marks, one read, and a
 * stream's window. Sockets come from {@link Transport}'s bootstraps (auto-read off, half-close allowed, an
 * {@link EarlyBytes} in the pipeline); whatever the relay is given it closes in the end. Except for the counters and
 * {@link #cut}, everything happens on the event loop.
 *
 * <h2>Endings</h2>
 * An end of input on one side becomes the end of output on the other, and the opposite direction goes on. A side that
 * breaks counts as ended: the other one learns of an end, not of a break. Then the relay waits, not for ever, until the
 * other side ends too or sends something that nobody is there to receive.
 */
public final class Relay {
    /** How long a side may stay silent after its counterpart has broken. */
    static final long LINGER_SECONDS = 30;

    private static final RelayEnd BROKEN =
            new RelayEnd.Failed("while closing connection: receive: io error: broken pipe");

    private final EventLoop loop;
    private final Side downstream;
    private final Side upstream;
    private final RelayObserver observer;

    /** Looks at what passes by; null when nobody does, or does not any more. */
    private @Nullable RelayTap tap;

    private final Tally sent = new Tally();
    private final Tally received = new Tally();

    private boolean ended;
    private RelayEnd outcome = new RelayEnd.Completed();

    /** What there is to say when bytes still come for a stream whose tunnel has gone quietly; null while none has. */
    private @Nullable RelayEnd unheard;

    private @Nullable Future<?> linger;

    private Relay(
            EventLoop loop, Function<Relay, Side> downstream, Function<Relay, Side> upstream, RelayObserver observer) {
        this.loop = loop;
        this.observer = Objects.requireNonNull(observer, "observer");
        this.tap = observer.tap();
        this.downstream = downstream.apply(this);
        this.upstream = upstream.apply(this);
    }

    /** Relays between an application's socket and the tunnel stream opened for it. */
    public static Relay outbound(Channel downstream, HboneStream upstream, RelayObserver observer) {
        return start(new Relay(
                upstream.eventLoop(),
                relay -> new SocketSide(relay, downstream),
                relay -> new StreamSide(relay, upstream),
                observer));
    }

    /** Relays between a tunnel stream and the socket opened towards the application. */
    public static Relay inbound(HboneStream downstream, Channel upstream, RelayObserver observer) {
        return start(new Relay(
                downstream.eventLoop(),
                relay -> new StreamSide(relay, downstream),
                relay -> new SocketSide(relay, upstream),
                observer));
    }

    /** Relays between two sockets. */
    public static Relay plain(Channel downstream, Channel upstream, RelayObserver observer) {
        return start(new Relay(
                upstream.eventLoop(),
                relay -> new SocketSide(relay, downstream),
                relay -> new SocketSide(relay, upstream),
                observer));
    }

    private static Relay start(Relay relay) {
        assert relay.loop.inEventLoop();
        relay.downstream.start();
        relay.upstream.start();
        relay.readIfWelcome(relay.downstream);
        relay.readIfWelcome(relay.upstream);
        return relay;
    }

    /**
     * Ends the relay now; from any thread, no effect once it is over. Sockets are closed. A stream is reset (CANCEL)
     * for {@link CutReason#POLICY}, and one that we opened for {@link CutReason#WORKLOAD_GONE} too; otherwise it is
     * left to its tunnel, which the caller closes. A stream that was opened to a workload which is gone ends as one that has
     * lost its tunnel, and is told so.
     */
    public void cut(CutReason reason) {
        if (!loop.inEventLoop()) {
            loop.execute(() -> cut(reason));
            return;
        }
        if (!ended) {
            countAll();
            ended = true;
            stopLinger();
            downstream.cut(reason);
            upstream.cut(reason);
            boolean lost = reason == CutReason.WORKLOAD_GONE && downstream instanceof StreamSide;
            observer.onEnd(lost ? BROKEN : new RelayEnd.Cut(reason));
        }
    }

    /** Returns how many bytes have gone on upstream so far. From any thread. */
    public long sentBytes() {
        return sent.bytes();
    }

    /** Returns how many bytes have gone on downstream so far. From any thread. */
    public long receivedBytes() {
        return received.bytes();
    }

    // What the sides report.

    void onData(Side from, ByteBuf data) {
        int bytes = data.readableBytes();
        Side to = opposite(from);
        if (ended || to.dead) {
            data.release();
            from.consumed(bytes);
            onUnheard();
            onUndeliverable(from);
            return;
        }
        if (tap != null && !tap.onData(isDownstream(from), data)) {
            tap = null;
        }
        tallyOf(to).take(bytes);
        to.write(data);
        if (from instanceof SocketSide && to instanceof StreamSide) {
            to.flush();
        }
    }

    void onDataComplete(Side from) {
        if (!ended) {
            opposite(from).flush();
            count(opposite(from));
            readIfWelcome(from);
        }
    }

    void onWritable(Side side) {
        count(side);
        readIfWelcome(opposite(side));
    }

    private void readIfWelcome(Side from) {
        if (!ended && !from.dead && (opposite(from).dead || opposite(from).isWritable())) {
            from.read();
        }
    }

    /** {@code bytes} have left {@code to}, or never will. */
    void onWritten(Side to, int bytes) {
        count(to);
        opposite(to).consumed(bytes);
    }

    private Tally tallyOf(Side to) {
        return isUpstream(to) ? sent : received;
    }

    /** Counts what has left {@code to}: what waits there need not arrive. */
    private void count(Side to) {
        int more = ended ? 0 : tallyOf(to).settle(to.unsentBytes());
        if (more > 0 && isUpstream(to)) {
            observer.onSent(more);
        } else if (more > 0) {
            observer.onReceived(more);
        }
    }

    private void countAll() {
        count(upstream);
        count(downstream);
    }

    void onEndOfInput(Side from) {
        if (ended || from.inputEnded) {
            return;
        }
        from.inputEnded = true;
        Side to = opposite(from);
        if (!to.dead) {
            to.shutdownOutput();
        }
        closeIfDone(from);
    }

    void onOutputEnded(Side side) {
        if (!side.outputEnded) {
            side.outputEnded = true;
            closeIfDone(side);
        }
    }

    /** A side with both halves ended is closed even if the other one is not: its socket has nothing more to say. */
    private void closeIfDone(Side side) {
        if (!ended && side.inputEnded && side.outputEnded) {
            side.dead = true;
            side.close();
        }
        finishIfDone();
    }

    /**
     * {@code side} is gone in both directions. What it still owed counts as ended.
     *
     * @param whyNotEnded why the end of our bytes could not be handed over, or null if nobody minds
     */
    void onBroken(Side side, @Nullable String whyNotEnded) {
        if (ended || side.dead) {
            return;
        }
        if (whyNotEnded != null && !side.outputEnded) {
            outcome = new RelayEnd.Failed(
                    "while closing connection: " + directionTo(side) + ": io error: " + whyNotEnded);
        }
        side.dead = true;
        side.outputEnded = true;
        side.close();
        Side other = opposite(side);
        if (!side.inputEnded) {
            side.inputEnded = true;
            if (!other.dead) {
                other.shutdownOutput();
            }
        }
        if (!ended && linger == null) {
            linger = loop.schedule(this::finish, LINGER_SECONDS, TimeUnit.SECONDS);
        }
        // From now on bytes of the other side serve only to show that it has not noticed.
        other.read();
        finishIfDone();
    }

    /** {@code side} is gone, and bytes of the other one were on their way to it: that one has nobody left to tell. */
    void onWriteFailed(Side side) {
        onBroken(side, null);
        onUndeliverable(opposite(side));
    }

    /** The peer reset the stream for a reason that is not part of normal life: what it had sent is delivered all the same. */
    void onStreamError(Side side, String text) {
        if (!ended && !side.dead && side.outputEnded) {
            outcome = new RelayEnd.Failed(directionFrom(side) + ": io error: " + text);
        }
        onBroken(side, text);
    }

    /**
     * The tunnel died under the stream. The application sees an orderly close, operators what the tunnel died of. One that
     * went quietly is no fault, unless there are bytes for it: then or until the application, too, has ended.
     *
     * @param owed whether bytes were waiting to be sent
     */
    void onTunnelLost(Side side, TunnelFailure failure, boolean owed) {
        if (failure instanceof TunnelFailure.PeerRevoked) {
            cut(CutReason.REVOKED);
            return;
        }
        boolean ownWill = failure instanceof TunnelFailure.Closed && !isDownstream(side);
        String complaint = ownWill ? null : failure.complaint();
        boolean quiet = complaint == null && !ownWill;
        if (quiet && !ended) {
            unheard = new RelayEnd.Failed(directionTo(side) + ": " + (isDownstream(side) ? "client" : "destination")
                    + " disconnected before all data was written");
        }
        if (owed) {
            onUnheard();
        }
        onBroken(side, complaint);
        if (!ended && (owed || !quiet)) {
            opposite(side).inputEnded = true;
            finishIfDone();
        }
    }

    private void onUnheard() {
        if (unheard != null && !ended) {
            outcome = unheard;
        }
    }

    private void onUndeliverable(Side from) {
        if (!ended && !from.inputEnded) {
            from.inputEnded = true;
            finishIfDone();
        }
    }

    private void finishIfDone() {
        if (downstream.inputEnded && upstream.inputEnded && downstream.outputEnded && upstream.outputEnded) {
            finish();
        }
    }

    private void finish() {
        if (!ended) {
            countAll();
            ended = true;
            stopLinger();
            downstream.close();
            upstream.close();
            observer.onEnd(outcome);
        }
    }

    private void stopLinger() {
        if (linger != null) {
            linger.cancel(false);
        }
    }

    @SuppressWarnings("ReferenceEquality") // Two objects, and the question is which.
    private Side opposite(Side side) {
        return side == downstream ? upstream : downstream;
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isDownstream(Side side) {
        return side == downstream;
    }

    @SuppressWarnings("ReferenceEquality")
    boolean isUpstream(Side side) {
        return side == upstream;
    }

    private String directionTo(Side side) {
        return isDownstream(side) ? "receive" : "send";
    }

    private String directionFrom(Side side) {
        return isDownstream(side) ? "send" : "receive";
    }
}
