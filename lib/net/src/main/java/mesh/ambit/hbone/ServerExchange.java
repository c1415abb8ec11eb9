package mesh.ambit.hbone;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import org.jspecify.annotations.Nullable;

/** One request on its way to an answer. */
final class ServerExchange implements ConnectExchange {
    private final ServerTunnel tunnel;
    private final TunnelStream stream;
    /** Null from the answer on: what a peer asked for is not kept for as long as the connection lasts. */
    private @Nullable ConnectRequest request;

    ServerExchange(ServerTunnel tunnel, TunnelStream stream, ConnectRequest request) {
        this.tunnel = tunnel;
        this.stream = stream;
        this.request = request;
        stream.whenAbandoned(() -> {});
    }

    boolean isFor(int streamId) {
        return stream.id() == streamId;
    }

    @Override
    public ConnectRequest request() {
        return unanswered();
    }

    @Override
    public EventLoop eventLoop() {
        return stream.eventLoop();
    }

    @Override
    public HboneStream accept(HeaderFields headers) {
        answer();
        if (isOpen()) {
            tunnel.sendAnswer(stream, 200, headers, false);
        }
        return stream;
    }

    @Override
    public void refuse(int status) {
        answer();
        if (isOpen()) {
            tunnel.refuse(stream, status);
        }
    }

    @Override
    public void abandon() {
        answer();
        if (isOpen()) {
            stream.reset(Http2Error.CANCEL);
        }
    }

    @Override
    public boolean isOpen() {
        return !stream.isOver();
    }

    @Override
    public void whenAbandoned(Runnable action) {
        if (request == null) {
            return;
        }
        if (isOpen()) {
            stream.whenAbandoned(action);
        } else {
            action.run();
        }
    }

    private void answer() {
        assert eventLoop().inEventLoop();
        unanswered();
        request = null;
        stream.whenAbandoned(null);
    }

    private ConnectRequest unanswered() {
        if (request == null) {
            throw new IllegalStateException("request of stream " + stream.id() + " has been answered");
        }
        return request;
    }
}
