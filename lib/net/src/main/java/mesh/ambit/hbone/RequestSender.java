package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.List;

/**
 * Sends the requests of a {@link ClientTunnel}, each on a stream of its own: once the handshake is done, and as many at a
 * time as the peer allows. Those behind its limit wait for an open stream to end. Takes back those that seem to be lost.
 */
final class RequestSender {
    private final ClientTunnel tunnel;
    private final ClientTunnel.Owner owner;
    private final ClientRequests requests;

    /** Within reach of tests, which have no time for a billion streams. */
    int nextStreamId = 1;

    private boolean started;

    RequestSender(ClientTunnel tunnel, ClientTunnel.Owner owner, ClientRequests requests) {
        this.tunnel = tunnel;
        this.owner = owner;
        this.requests = requests;
    }

    /** Says whether the handshake is done. */
    boolean isStarted() {
        return started;
    }

    /** The handshake is done: sends what has waited for it. */
    void start() {
        started = true;
        send();
    }

    /** There is room, or may be: sends those that have waited for it, if their time has not run out meanwhile. */
    void resume() {
        if (requests.waiting() > 0 && hasRoom() && !owner.certificatesLast(tunnel)) {
            owner.onUnusable(tunnel);
            // Whoever has been sent from one tunnel to the next is not sent on a second time.
            requests.takeWaitingToTryAgain().forEach(request -> owner.onUnprocessed(tunnel, request));
        }
        send();
    }

    /** Sends what there is room for. Whoever asks for a stream now has just seen that the certificates last. */
    void send() {
        while (hasRoom()) {
            PendingConnect request = requests.takeNext();
            if (request == null) {
                return;
            }
            send(request);
        }
    }

    private boolean hasRoom() {
        return started
                && !tunnel.isClosed()
                && !tunnel.isGoingAway()
                && tunnel.streams.count() < tunnel.peerSettings.maxConcurrentStreams();
    }

    private void send(PendingConnect request) {
        int streamId = nextStreamId;
        ByteBuf block;
        try {
            block = tunnel.headerCodec.request(tunnel.ctx().alloc(), streamId, request.authority(), request.headers());
        } catch (Http2Exception e) {
            request.fail(new TunnelFailure.Http2Failed("h2 failed: request headers exceed the peer's limit"));
            return;
        }
        nextStreamId += 2;
        TunnelStream stream = tunnel.streams.open(streamId);
        requests.sent(request, streamId, tunnel.eventLoop().ticker().nanoTime());
        tunnel.frames().headers(streamId, block, false);
        request.promise().addListener(done -> {
            if (done.isCancelled() && !stream.isOver()) {
                requests.take(streamId);
                stream.reset(Http2Error.CANCEL);
            }
        });
        if (nextStreamId < 0) {
            // That was the last id there is. The tunnel lives as long as its streams.
            tunnel.goAway();
            requests.takeWaiting().forEach(waiting -> owner.onUnprocessed(tunnel, waiting));
        }
    }

    /**
     * Takes back the requests that may be tried again and were sent when the peer had been silent for longer than
     * {@code silentNanos}, and of which it has not been heard since.
     */
    List<PendingConnect> takeUnheard(long silentNanos) {
        Liveness alive = tunnel.liveness();
        if (alive == null) {
            return List.of();
        }
        List<PendingConnect> unheard = requests.takeSentAfter(alive.heardNanos() + silentNanos);
        for (PendingConnect request : unheard) {
            TunnelStream stream = tunnel.streams.get(request.streamId());
            if (stream != null && !tunnel.isClosed()) {
                stream.reset(Http2Error.CANCEL);
            }
        }
        return unheard;
    }

    /** Says whether no request has been sent on this stream. */
    boolean isIdle(int streamId) {
        // Unsigned: behind the last id there is none.
        return Integer.compareUnsigned(streamId, nextStreamId) >= 0 || streamId % 2 == 0;
    }
}
