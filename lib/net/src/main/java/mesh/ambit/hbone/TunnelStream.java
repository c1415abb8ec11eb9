package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import java.net.InetSocketAddress;
import java.util.Objects;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/** One stream of a tunnel, from its HEADERS to the end of both halves. */
final class TunnelStream implements HboneStream {
    private final TunnelConnection tunnel;
    private final int id;
    final SendWindow sendWindow;
    final StreamInput input;

    private HeaderFields headers = HeaderFields.NONE;
    private @Nullable Receiver receiver;

    /** What cannot be sent yet; null until something is written. */
    private @Nullable WaitingBytes unsent;

    /** How many bytes waited when the stream broke. */
    private int neverSent;

    private boolean inputEnded;
    private boolean outputEnding;
    private boolean outputEnded;
    private boolean over;

    /** We have reset it. */
    private boolean letGo;

    /** How the peer or the tunnel ended it; null while it lives, and if its end was in order or ours. */
    private @Nullable AbnormalEnd brokenBy;

    private @Nullable Runnable whenAbandoned;

    /** Whether {@link TunnelOutput} has this stream in its queue of those that wait to write. */
    boolean waitsToWrite;

    TunnelStream(TunnelConnection tunnel, int id, int sendWindowBytes, int receiveWindowBytes) {
        this.tunnel = tunnel;
        this.id = id;
        this.sendWindow = new SendWindow(sendWindowBytes);
        this.input = new StreamInput(
                this,
                tunnel,
                ReceiveWindow.ofStream(receiveWindowBytes, tunnel.eventLoop().ticker()));
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

    /** Returns who receives, null as long as nobody does. */
    @Nullable
    Receiver receiver() {
        return receiver;
    }

    /** Says whether we have reset it. */
    boolean isLetGo() {
        return letGo;
    }

    /** Says whether it has ended by a reset, ours or the peer's, or with its tunnel. */
    boolean isBroken() {
        return letGo || brokenBy != null;
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
        headers = HeaderFields.NONE;
        boolean outputHasEnded = outputEnded;
        input.deliverWaiting(newReceiver);
        if (letGo) {
            return;
        }
        if (outputHasEnded) {
            newReceiver.onOutputEnded();
        }
        if (inputEnded && !letGo) {
            newReceiver.onEndOfInput();
        }
        if (brokenBy != null) {
            brokenBy.tell(newReceiver);
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
            unsent = new WaitingBytes();
        }
        unsent.add(data);
        tunnel.out().transmit(this);
    }

    @Override
    public void flush() {
        tunnel.out().flushSoon();
    }

    @Override
    public int unsentBytes() {
        return unsent == null ? 0 : neverSent + unsent.bytes();
    }

    @Override
    public boolean isWritable() {
        if (outputEnding || over) {
            return false;
        }
        if (canWrite()) {
            return true;
        }
        tunnel.out().waitToWrite(this);
        return false;
    }

    /** Says whether a write would go out at once. */
    boolean canWrite() {
        return nothingUnsent() && sendWindow.available() > 0 && tunnel.out().hasRoom();
    }

    @Override
    public void shutdownOutput() {
        assert eventLoop().inEventLoop();
        if (outputEnding || over) {
            return;
        }
        outputEnding = true;
        tunnel.out().transmit(this);
        tunnel.out().flushSoon();
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
            input.discardUndelivered();
        }
    }

    @Override
    public void consumed(int bytes) {
        assert eventLoop().inEventLoop();
        tunnel.giveCredit(this, bytes);
        input.onConsumed(bytes);
    }

    /** Returns the first buffer that waits to be sent, or null. */
    @Nullable
    ByteBuf firstUnsent() {
        return unsent == null ? null : unsent.peek();
    }

    void removeFirstUnsent() {
        if (unsent != null) {
            unsent.poll();
        }
    }

    private boolean nothingUnsent() {
        return unsent == null || unsent.isEmpty();
    }

    /** Says whether END_STREAM is due: asked for, not sent, nothing before it. */
    boolean owesEnd() {
        return outputEnding && !outputEnded && nothingUnsent();
    }

    void outputEnded() {
        outputEnding = true;
        outputEnded = true;
        endIfBothHalvesHave();
        if (receiver != null) {
            receiver.onOutputEnded();
        }
    }

    void endInput() {
        if (inputEnded || !passedOnAndOpen()) {
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
        if (passedOnAndOpen()) {
            breakOff(new AbnormalEnd.Reset(code));
        }
    }

    void onTunnelLost(TunnelFailure failure) {
        if (passedOnAndOpen()) {
            breakOff(new AbnormalEnd.Lost(failure, !nothingUnsent()));
        }
    }

    /** Passes on what was gathered, for nothing comes behind it; false if the stream is over, or by that. */
    private boolean passedOnAndOpen() {
        if (!over) {
            input.passCrumbsOn();
        }
        return !over;
    }

    private void breakOff(AbnormalEnd by) {
        brokenBy = by;
        end();
        Runnable action = whenAbandoned;
        whenAbandoned = null;
        if (action != null) {
            input.discardUndelivered();
            action.run();
        }
        if (by instanceof AbnormalEnd.Lost) {
            // What came before a reset still counts; what came in a tunnel that is lost does not.
            input.discardUndelivered();
        }
        if (receiver != null) {
            by.tell(receiver);
        }
    }

    /** Returns why a stream that never had an answer is over. */
    TunnelFailure endOfUnanswered() {
        return brokenBy == null
                ? new TunnelFailure.Http2Failed("h2 failed: stream ended before the answer")
                : brokenBy.ofUnanswered();
    }

    /** Says whether somebody is still to answer the request. */
    boolean isUnanswered() {
        return whenAbandoned != null;
    }

    /** Sets what to do when the peer goes before there is an answer; null when there is one. */
    void whenAbandoned(@Nullable Runnable action) {
        whenAbandoned = action;
    }

    private void endIfBothHalvesHave() {
        if (inputEnded && outputEnded && !over) {
            end();
        }
    }

    private void end() {
        over = true;
        input.discardCrumbs();
        if (unsent != null) {
            neverSent = unsent.release();
        }
        tunnel.out().forget(this);
        tunnel.streams.remove(this);
    }
}
