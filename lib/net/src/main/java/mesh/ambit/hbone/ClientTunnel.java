package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connecting end of a tunnel, from before its handshake on: requests wait here until they can be sent. */
final class ClientTunnel extends TunnelConnection {
    /** SETTINGS_MAX_HEADER_LIST_SIZE; a longer answer fails its request. */
    static final int MAX_HEADER_LIST_BYTES = 16_384;

    /** How long a peer may take to show that it lives when the control plane says that it does not. */
    static final long GONE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** What the pool needs to know of its tunnels. */
    interface Owner {
        /** The tunnel takes no new streams any more. */
        void onUnusable(ClientTunnel tunnel);

        /** {@code request} was never processed here; it may be tried elsewhere. */
        void onUnprocessed(ClientTunnel tunnel, PendingConnect request);

        /** Says whether the certificates of both ends are still good for new streams. */
        boolean certificatesLast(ClientTunnel tunnel);

        /** TLS is up: from now on {@link TunnelConnection#peer()} is known. */
        void onEstablished(ClientTunnel tunnel);

        /** The tunnel is gone. May be called more than once. */
        void onGone(ClientTunnel tunnel);
    }

    private final Owner owner;
    private final ClientRequests requests = new ClientRequests();

    /** Within reach of tests. */
    final RequestSender sender;

    private boolean goingAway;
    private boolean released;

    /** Why there is no tunnel, or no more; null while there is one or may be. */
    private @Nullable TunnelFailure gone;

    ClientTunnel(TunnelSettings settings, TunnelGuards guards, Owner owner) {
        super(false, settings, guards, MAX_HEADER_LIST_BYTES);
        this.owner = owner;
        this.sender = new RequestSender(this, owner, requests);
    }

    /** Returns how many streams and requests the tunnel carries. */
    int load() {
        return streams.count() + requests.waiting();
    }

    /** Says whether the tunnel would take another request and answer it in good time. */
    boolean acceptsStreams() {
        if (gone != null || isClosed() || goingAway || released) {
            return false;
        }
        Liveness alive = liveness();
        return alive == null || !alive.isStalled();
    }

    /** Sends {@code request}, or keeps it until the handshake is done and the peer allows another stream. */
    void request(PendingConnect request) {
        if (gone != null) {
            request.fail(gone);
            return;
        }
        requests.add(request);
        sender.send();
        closeIfDone();
    }

    /** The pool has forgotten this tunnel: it closes with its last stream. */
    void release() {
        released = true;
        closeIfDone();
    }

    /** Fails everything because there will be no connection. */
    void abort(TunnelFailure failure) {
        if (gone == null) {
            gone = failure;
        }
        requests.failAll(failure);
        owner.onGone(this);
    }

    boolean isGone() {
        return gone != null;
    }

    /**
     * The workload at the other end is said to be gone. Takes no new streams; those it has go on as long as the peer
     * shows that it lives, which it is asked at once.
     */
    void workloadGone(String why) {
        Liveness alive = liveness();
        if (alive != null && !isClosed() && !streams.isEmpty()) {
            alive.challenge(GONE_PATIENCE_NANOS, () -> closeNow(why));
        }
        release();
    }

    @Override
    void sendPreface() {
        frames().preface();
        sendSettings(Frames.SETTINGS_ENABLE_PUSH, 0);
    }

    @Override
    void onStarted() {
        owner.onEstablished(this);
        sender.start();
        closeIfDone();
    }

    @Override
    void onPeerSettings() {
        sender.resume();
        closeIfDone();
    }

    @Override
    void onHeaders(int streamId, ByteBuf block, boolean endStream) throws ProtocolViolation {
        HeaderCodec.Decoded decoded = headerCodec.decode(streamId, block);
        if (isIdle(streamId)) {
            throw new ProtocolViolation(Http2Error.PROTOCOL_ERROR, "HEADERS on idle stream " + streamId);
        }
        TunnelStream stream = streams.get(streamId);
        if (stream == null) {
            streams.onFrameOfOver(streamId);
            return;
        }
        PendingConnect request = requests.onStream(streamId);
        if (request == null) {
            if (endStream && !stream.inputEnded()) {
                streams.endInput(stream);
            } else {
                streams.fail(stream, Http2Error.PROTOCOL_ERROR);
            }
            return;
        }
        int status = decoded instanceof HeaderCodec.Decoded.Fields fields
                ? MessageRules.statusOfAnswer(fields.headers(), endStream)
                : -1;
        if (status >= 100 && status < 200 && !endStream) {
            guard.onIdleFrame();
            return; // Interim answers say nothing about the tunnel.
        }
        requests.take(streamId);
        if (status == 200 && decoded instanceof HeaderCodec.Decoded.Fields fields) {
            stream.headers(HeaderCodec.fieldsOf(fields.headers()));
            stream.input.promise(MessageRules.length(fields.headers()));
            open(stream, request, endStream);
        } else if (status < 0) {
            request.fail(new TunnelFailure.Http2Failed("h2 failed: malformed answer"));
            streams.fail(stream, Http2Error.PROTOCOL_ERROR);
        } else {
            request.fail(new TunnelFailure.Refused(status));
            stream.reset(Http2Error.CANCEL);
        }
    }

    private static void open(TunnelStream stream, PendingConnect request, boolean endStream) {
        if (endStream) {
            stream.endInput();
        }
        if (!request.promise().trySuccess(stream)) {
            stream.reset(Http2Error.CANCEL);
        }
    }

    @Override
    void onDataOf(TunnelStream stream) throws ProtocolViolation {
        if (requests.isUnanswered(stream.id())) {
            throw new ProtocolViolation(Http2Error.PROTOCOL_ERROR, "DATA before the answer on stream " + stream.id());
        }
    }

    /** Whom the peer refuses it has not looked at (RFC 9113, 8.7): there may be room elsewhere, or later. */
    @Override
    void onResetOf(TunnelStream stream, long code) {
        PendingConnect request = requests.onStream(stream.id());
        if (code == Http2Error.REFUSED_STREAM.code() && request != null && request.mayTryAgain()) {
            requests.take(stream.id());
            stream.onPeerReset(code);
            owner.onUnprocessed(this, request);
        }
    }

    @Override
    void onGoAway(int lastStreamId, long code) {
        goAway();
        // A stream above the last that was answered all the same is reset, with the code of all.
        for (TunnelStream stream : streams.above(lastStreamId)) {
            if (!requests.isUnanswered(stream.id())) {
                stream.onPeerReset(code);
            }
        }
        List<PendingConnect> unprocessed = requests.takeWaiting();
        unprocessed.addAll(requests.takeAbove(lastStreamId));
        streams.loseAbove(lastStreamId, new TunnelFailure.Http2Failed("h2 failed: not processed before GOAWAY"));
        for (PendingConnect request : unprocessed) {
            owner.onUnprocessed(this, request);
        }
        closeIfDone();
    }

    /**
     * Requests of which nothing was heard since they were sent go elsewhere: they need not wait for the verdict. Should
     * the peer live after all it learns of a reset; nothing of the application's has been sent.
     */
    @Override
    void onPeerSilent() {
        if (load() > 0) {
            owner.onUnusable(this);
            // First those that wait: each stream that ends would let one of them through.
            List<PendingConnect> waiting = requests.takeWaiting();
            List<PendingConnect> elsewhere = new ArrayList<>(sender.takeUnheard(0));
            elsewhere.addAll(waiting);
            elsewhere.forEach(request -> owner.onUnprocessed(this, request));
        }
    }

    boolean isGoingAway() {
        return goingAway;
    }

    /** Takes no new streams any more; those it has go on. */
    void goAway() {
        if (!goingAway) {
            goingAway = true;
            owner.onUnusable(this);
        }
    }

    @Override
    boolean isIdle(int streamId) {
        return sender.isIdle(streamId);
    }

    @Override
    void onStreamOver(TunnelStream stream) {
        PendingConnect request = requests.take(stream.id());
        if (request != null) {
            request.fail(stream.endOfUnanswered());
        }
        if (!isClosed()) {
            sender.resume();
            closeIfDone();
        }
    }

    private void closeIfDone() {
        if ((goingAway || released) && load() == 0 && !isClosed() && sender.isStarted()) {
            frames().goAway(0, Http2Error.NO_ERROR);
            out().flush();
            ctx().close();
        }
    }

    @Override
    void onHandshakeFailed(Throwable cause) {
        abort(HandshakeFailures.ofClient(cause));
    }

    @Override
    void onClosed(TunnelFailure failure) {
        abort(failure);
    }

    @Override
    void onClosing(TunnelFailure failure) {
        if (failure instanceof TunnelFailure.Http2Failed) {
            owner.onUnusable(this);
            sender.takeUnheard(Liveness.STALL_NANOS).forEach(request -> owner.onUnprocessed(this, request));
        }
    }
}
