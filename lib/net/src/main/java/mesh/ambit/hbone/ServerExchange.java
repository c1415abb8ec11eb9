package mesh.ambit.hbone;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;

/** One request on its way to an answer. */
final class ServerExchange implements ConnectExchange {
    private final ServerTunnel tunnel;
    private final TunnelStream stream;
    private final ConnectRequest request;
    private boolean answered;

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
        return request;
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
        if (answered) {
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
        if (answered) {
            throw new IllegalStateException("request for " + request.authority() + " has been answered");
        }
        answered = true;
        stream.whenAbandoned(null);
    }
}
