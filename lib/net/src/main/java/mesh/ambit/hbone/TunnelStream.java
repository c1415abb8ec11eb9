package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Objects;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/** One stream of a tunnel, from its HEADERS to the end of both halves. */
final class TunnelStream implements HboneStream {
    /** RFC 9113 codes have 32 bits, so this is none of them. */
    private static final long NOT_RESET = -1;

    /**
     * When this much waits for the reader, smaller pieces than that are gathered first: a peer that sends byte by byte
     * would otherwise make each of them cost a buffer, many times what its window counts.
     */
    private static final int CROWDED_BYTES = 128 * 1024;

    private static final int CRUMB_BYTES = 1_024;
    private static final int CRUMBS_BYTES = 16 * 1024;

    private final TunnelConnection tunnel;
    private final int id;
    final SendWindow sendWindow;
    final ReceiveWindow receiveWindow;

    private HeaderFields headers = HeaderFields.NONE;
    private @Nullable Receiver receiver;

    /** What came before there was a receiver, and what cannot be sent yet. Null while empty, which is nearly always. */
    private @Nullable ArrayDeque<ByteBuf> undelivered;

    private @Nullable ArrayDeque<ByteBuf> unsent;

    /** Small pieces that wait together while much is ahead of them; null while there are none. */
    private @Nullable ByteBuf crumbs;

    private boolean inputEnded;
    private boolean outputEnding;
    private boolean outputEnded;
    private boolean over;

    /** We have reset it. */
    private boolean letGo;

    private boolean deliveredSinceComplete;

    /** How it ended, kept for a receiver that comes later. */
    private long resetCode = NOT_RESET;

    private @Nullable TunnelFailure lost;

    /** Whether bytes were waiting to be sent when it was lost. */
    private boolean owed;

    private @Nullable Runnable whenAbandoned;

    /** Whether {@link TunnelConnection} has this stream in its queue of those that wait to write. */
    boolean waitsToWrite;

    TunnelStream(TunnelConnection tunnel, int id, int sendWindowBytes, int receiveWindowBytes) {
        this.tunnel = tunnel;
        this.id = id;
        this.sendWindow = new SendWindow(sendWindowBytes);
        this.receiveWindow =
                ReceiveWindow.ofStream(receiveWindowBytes, tunnel.eventLoop().ticker());
    }

    int id() {
        return id;
    }

    void headers(HeaderFields received) {
        headers = received;
    }

    boolean isOver() {
        return over;
    }

    boolean inputEnded() {
        return inputEnded;
    }

    @Override
    public EventLoop eventLoop() {
        return tunnel.eventLoop();
    }

    @Override
    public HeaderFields headers() {
        return headers;
    }

    @Override
    public @Nullable SpiffeId peer() {
        return tunnel.peer().identity();
    }

    @Override
    public InetSocketAddress localAddress() {
        return tunnel.localAddress();
    }

    @Override
    public InetSocketAddress peerAddress() {
        return tunnel.peerAddress();
    }

    @Override
    public void receive(Receiver newReceiver) {
        assert eventLoop().inEventLoop();
        if (receiver != null) {
            throw new IllegalStateException("stream " + id + " has a receiver");
        }
        receiver = Objects.requireNonNull(newReceiver, "receiver");
        boolean outputHasEnded = outputEnded;
        deliverWaiting(newReceiver);
        if (letGo) {
            return;
        }
        if (outputHasEnded) {
            newReceiver.onOutputEnded();
        }
        if (inputEnded && !letGo) {
            newReceiver.onEndOfInput();
        }
        if (resetCode != NOT_RESET) {
            newReceiver.onReset(resetCode);
        } else if (lost != null) {
            newReceiver.onLost(lost, owed);
        }
    }

    /** Delivers what came before there was a receiver, which may reset the stream over it. */
    private void deliverWaiting(Receiver to) {
        if (undelivered == null) {
            return;
        }
        for (ByteBuf data = undelivered.poll(); data != null; data = undelivered == null ? null : undelivered.poll()) {
            to.onData(data);
        }
        undelivered = null;
        if (!letGo) {
            to.onDataComplete();
        }
    }

    @Override
    public void write(ByteBuf data) {
        assert eventLoop().inEventLoop();
        if (outputEnding || over || !data.isReadable()) {
            data.release();
            return;
        }
        if (unsent == null) {
            unsent = new ArrayDeque<>(2);
        }
        unsent.add(data);
        tunnel.transmit(this);
    }

    @Override
    public void flush() {
        tunnel.flushSoon();
    }

    @Override
    public boolean isWritable() {
        if (outputEnding || over) {
            return false;
        }
        if (canWrite()) {
            return true;
        }
        tunnel.waitToWrite(this);
        return false;
    }

    /** Says whether a write would go out at once. */
    boolean canWrite() {
        return unsent == null && sendWindow.available() > 0 && tunnel.hasRoom();
    }

    @Override
    public void shutdownOutput() {
        assert eventLoop().inEventLoop();
        if (outputEnding || over) {
            return;
        }
        outputEnding = true;
        tunnel.transmit(this);
        tunnel.flushSoon();
    }

    @Override
    public void reset(Http2Error code) {
        assert eventLoop().inEventLoop();
        if (!over) {
            letGo = true;
            // A server that has said all it had to say need not fail its client by not listening (RFC 9113, 8.1).
            boolean harmless = code == Http2Error.CANCEL && outputEnded && tunnel.isServer();
            tunnel.frames().reset(id, harmless ? Http2Error.NO_ERROR : code);
            end();
            // Who resets a stream that nobody has begun to receive will not begin any more.
            discardUndelivered();
        }
    }

    @Override
    public void consumed(int bytes) {
        assert eventLoop().inEventLoop();
        tunnel.giveCredit(this, bytes);
        if (crumbs != null && receiveWindow.held() - crumbs.readableBytes() <= CROWDED_BYTES / 2) {
            passCrumbsOn();
            deliverComplete();
        }
    }

    /** Returns the first buffer that waits to be sent, or null. */
    @Nullable
    ByteBuf firstUnsent() {
        return unsent == null ? null : unsent.peek();
    }

    void removeFirstUnsent() {
        if (unsent != null) {
            unsent.poll();
            if (unsent.isEmpty()) {
                unsent = null;
            }
        }
    }

    /** Says whether END_STREAM is due: asked for, not sent, nothing before it. */
    boolean owesEnd() {
        return outputEnding && !outputEnded && unsent == null;
    }

    void outputEnded() {
        outputEnding = true;
        outputEnded = true;
        endIfBothHalvesHave();
        if (receiver != null) {
            receiver.onOutputEnded();
        }
    }

    void deliver(ByteBuf data) {
        if (crumbs != null || (data.readableBytes() < CRUMB_BYTES && receiveWindow.held() > CROWDED_BYTES)) {
            gather(data);
        } else {
            passOn(data);
        }
    }

    private void gather(ByteBuf data) {
        boolean large = data.readableBytes() >= CRUMB_BYTES;
        if (large || (crumbs != null && crumbs.writableBytes() < data.readableBytes())) {
            passCrumbsOn();
        }
        if (over) {
            // The receiver has ended the stream over them: nobody would ever pass on what were gathered now.
            tunnel.giveCredit(null, data.readableBytes());
            data.release();
            return;
        }
        if (large) {
            passOn(data);
            return;
        }
        if (crumbs == null) {
            crumbs = tunnel.ctx().alloc().buffer(CRUMBS_BYTES, CRUMBS_BYTES);
        }
        crumbs.writeBytes(data);
        data.release();
    }

    private void passCrumbsOn() {
        ByteBuf gathered = crumbs;
        crumbs = null;
        if (gathered != null) {
            passOn(gathered);
        }
    }

    private void passOn(ByteBuf data) {
        if (receiver != null) {
            if (!deliveredSinceComplete) {
                deliveredSinceComplete = true;
                tunnel.completeLater(this);
            }
            receiver.onData(data);
            return;
        }
        if (undelivered == null) {
            undelivered = new ArrayDeque<>();
        }
        undelivered.add(data);
    }

    void deliverComplete() {
        deliveredSinceComplete = false;
        boolean broken = letGo || resetCode != NOT_RESET || lost != null;
        if (receiver != null && !broken) {
            receiver.onDataComplete();
        }
    }

    void endInput() {
        if (inputEnded) {
            return;
        }
        passCrumbsOn();
        if (over) {
            return;
        }
        inputEnded = true;
        // First, as in outputEnded: the receiver lets go of a stream whose halves have both ended, which is no reset.
        endIfBothHalvesHave();
        if (receiver != null) {
            receiver.onEndOfInput();
        }
    }

    void notifyWritable() {
        if (receiver != null && !outputEnding) {
            receiver.onWritable();
        }
    }

    void onPeerReset(long code) {
        if (over) {
            return;
        }
        passCrumbsOn();
        if (over) {
            return;
        }
        resetCode = code;
        end();
        abandon();
        if (receiver != null) {
            receiver.onReset(code);
        }
    }

    void onTunnelLost(TunnelFailure failure) {
        if (over) {
            return;
        }
        passCrumbsOn();
        if (over) {
            return;
        }
        lost = failure;
        owed = unsent != null;
        end();
        abandon();
        discardUndelivered();
        if (receiver != null) {
            receiver.onLost(failure, owed);
        }
    }

    /** Returns why a stream that never had an answer is over. */
    TunnelFailure endOfUnanswered() {
        if (lost != null) {
            return lost;
        }
        Http2Error code = resetCode < 0 ? null : Http2Error.valueOf(resetCode);
        return new TunnelFailure.Http2Failed(
                "h2 failed: stream reset before the answer: " + (code == null ? "code " + resetCode : code.name()));
    }

    /** Says whether somebody is still to answer the request. */
    boolean isUnanswered() {
        return whenAbandoned != null;
    }

    /** Sets what to do when the peer goes before there is an answer; null when there is one. */
    void whenAbandoned(@Nullable Runnable action) {
        whenAbandoned = action;
    }

    private void abandon() {
        Runnable action = whenAbandoned;
        whenAbandoned = null;
        if (action != null) {
            discardUndelivered();
            action.run();
        }
    }

    /** Forgets what nobody will ever receive, and returns its credit. Called when there will be no receiver. */
    void discardUndelivered() {
        if (undelivered != null) {
            int bytes = 0;
            for (ByteBuf data : undelivered) {
                bytes += data.readableBytes();
                data.release();
            }
            undelivered = null;
            tunnel.giveCredit(this, bytes);
        }
    }

    private void endIfBothHalvesHave() {
        if (inputEnded && outputEnded && !over) {
            end();
        }
    }

    private void end() {
        over = true;
        if (crumbs != null) {
            // We reset the stream ourselves: nobody wants them any more.
            int bytes = crumbs.readableBytes();
            crumbs.release();
            crumbs = null;
            tunnel.giveCredit(null, bytes);
        }
        if (unsent != null) {
            unsent.forEach(ByteBuf::release);
            unsent = null;
        }
        tunnel.remove(this);
    }
}
