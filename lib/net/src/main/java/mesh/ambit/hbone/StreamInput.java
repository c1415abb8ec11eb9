package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import mesh.ambit.hbone.HboneStream.Receiver;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one stream on their way from the peer to the stream's receiver. They go on at once, save for two kinds:
 * what comes before there is a receiver, and small pieces behind which much is waiting already.
 */
final class StreamInput {
    /**
     * When this much waits for the reader, or so many small pieces, smaller ones than {@link #CRUMB_BYTES} are gathered
     * first: a peer that sends byte by byte would otherwise make each of them cost a buffer, many times what its window
     * counts.
     */
    private static final int CROWDED_BYTES = 128 * 1024;

    private static final int CROWDED_PIECES = 256;

    private static final int CRUMB_BYTES = 1_024;
    private static final int CRUMBS_BYTES = 16 * 1024;

    final ReceiveWindow window;
    private final TunnelStream stream;
    private final TunnelConnection tunnel;

    /** What came before there was a receiver; null while that is nothing. */
    private @Nullable WaitingBytes undelivered;

    /** The small pieces that wait together; null while there are none. */
    private @Nullable ByteBuf crumbs;

    /** How many bytes the receiver has, or will have as soon as there is one, and has not taken yet. */
    private int ahead;

    /** How many small pieces have joined them since nothing was ahead. */
    private int smallAhead;

    private boolean deliveredSinceComplete;

    /** How many bytes are still to come by the peer's content-length; less than 0 if it has named none. */
    private long promised = -1;

    StreamInput(TunnelStream stream, TunnelConnection tunnel, ReceiveWindow window) {
        this.stream = stream;
        this.tunnel = tunnel;
        this.window = window;
    }

    /** The peer has said that this many bytes come. */
    void promise(long bytes) {
        promised = bytes;
    }

    /** Counts bytes that are about to be delivered; false if they are more than the peer has promised. */
    boolean count(int bytes) {
        if (promised < 0) {
            return true;
        }
        promised -= bytes;
        return promised >= 0;
    }

    /** Says whether all that was promised has come. */
    boolean isWhole() {
        return promised <= 0;
    }

    /** Takes a piece of a DATA frame, and its ownership. */
    void deliver(ByteBuf data) {
        if (crumbs != null || (data.readableBytes() < CRUMB_BYTES && isCrowded())) {
            gather(data);
        } else {
            passOn(data);
        }
    }

    /** By what the reader has: of a long frame most may be still to come, and then nobody would call for what is gathered. */
    private boolean isCrowded() {
        return ahead > CROWDED_BYTES || smallAhead >= CROWDED_PIECES;
    }

    private void gather(ByteBuf data) {
        boolean large = data.readableBytes() >= CRUMB_BYTES;
        if (large || (crumbs != null && crumbs.maxWritableBytes() < data.readableBytes())) {
            passCrumbsOn();
        }
        if (stream.isOver()) {
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
            crumbs = tunnel.ctx().alloc().buffer(CRUMB_BYTES, CRUMBS_BYTES);
        }
        crumbs.writeBytes(data);
        data.release();
    }

    /** Passes on what was gathered: nothing will come behind it, or its turn has come. */
    void passCrumbsOn() {
        ByteBuf gathered = crumbs;
        crumbs = null;
        if (gathered != null) {
            passOn(gathered);
        }
    }

    private void passOn(ByteBuf data) {
        ahead += data.readableBytes();
        smallAhead += data.readableBytes() < CRUMB_BYTES ? 1 : 0;
        Receiver receiver = stream.receiver();
        if (receiver != null) {
            if (!deliveredSinceComplete) {
                deliveredSinceComplete = true;
                tunnel.streams.completeLater(this);
            }
            receiver.onData(data);
            return;
        }
        if (undelivered == null) {
            undelivered = new WaitingBytes();
        }
        undelivered.add(data);
    }

    /** The bytes of this turn have all come. */
    void deliverComplete() {
        deliveredSinceComplete = false;
        Receiver receiver = stream.receiver();
        if (receiver != null && !stream.isBroken()) {
            receiver.onDataComplete();
        }
    }

    /** Delivers what came before there was a receiver, which may reset the stream over it. */
    void deliverWaiting(Receiver to) {
        if (undelivered == null) {
            return;
        }
        // Whoever resets the stream meanwhile discards the rest.
        for (ByteBuf data = undelivered.poll(); data != null; data = undelivered == null ? null : undelivered.poll()) {
            to.onData(data);
        }
        undelivered = null;
        // If it has taken all of that on the spot, nothing else would call for the small pieces behind it.
        passCrumbsOnIfWelcome();
        if (!stream.isLetGo()) {
            to.onDataComplete();
        }
    }

    /** The application has taken bytes. */
    void onConsumed(int bytes) {
        ahead -= bytes;
        if (ahead == 0) {
            smallAhead = 0;
        }
        passCrumbsOnIfWelcome();
    }

    /** The small pieces go on when not much is ahead of them any more, and nothing that is still to be delivered. */
    private void passCrumbsOnIfWelcome() {
        if (crumbs != null && undelivered == null && ahead <= CROWDED_BYTES / 2 && smallAhead < CROWDED_PIECES) {
            passCrumbsOn();
            deliverComplete();
        }
    }

    /** Forgets what nobody will ever receive, and returns its credit. Called when there will be no receiver. */
    void discardUndelivered() {
        if (undelivered != null) {
            int bytes = undelivered.release();
            undelivered = null;
            tunnel.giveCredit(stream, bytes);
        }
    }

    /** Forgets the small pieces, and returns their credit: the stream was reset by us, nobody wants them any more. */
    void discardCrumbs() {
        if (crumbs != null) {
            int bytes = crumbs.readableBytes();
            crumbs.release();
            crumbs = null;
            tunnel.giveCredit(null, bytes);
        }
    }
}
