package mesh.ambit.ztunnel.insight;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import mesh.ambit.relay.RelayTap;
import mesh.ambit.telemetry.RequestMetrics.Request;
import org.jspecify.annotations.Nullable;

/**
 * Reads the HTTP of one connection as it passes: HTTP/1.1 (RFC 9112), HTTP/2 with prior knowledge (RFC 9113), gRPC on
 * it. Requests are told when they are over.
 *
 * <p>It sees what the application sees and can be wrong about it only by silence: whatever it does not understand ends
 * the looking, for this connection and for good, and requests under way are not told then. Memory is bounded by
 * {@link Line#MAX_BYTES}, {@link Http2Frames#MAX_BLOCK_BYTES} and the numbers of requests under way. Belongs to the
 * connection's event loop.
 */
public final class HttpInsight implements RelayTap {
    private final LongSupplier nanoTime;
    private final Consumer<Request> finished;
    private @Nullable Exchanges exchanges;
    private boolean off;

    /** The requests of one connection in one version of HTTP. */
    interface Exchanges {
        /** Reads on; neither contents nor indices of {@code data} change. */
        void onData(boolean fromClient, ByteBuf data) throws NotUnderstood;

        /** The connection is over, and with it whatever was under way. */
        void end();
    }

    /**
     * Makes one for a connection that has carried nothing yet.
     *
     * @param nanoTime {@code System::nanoTime}, or a clock moved by hand
     * @param finished told each request
     */
    public HttpInsight(LongSupplier nanoTime, Consumer<Request> finished) {
        this.nanoTime = nanoTime;
        this.finished = finished;
    }

    @Override
    public boolean onData(boolean fromDownstream, ByteBuf data) {
        if (off) {
            return false;
        }
        try {
            Exchanges current = exchanges;
            if (current == null) {
                current = begin(fromDownstream, data);
                exchanges = current;
            }
            current.onData(fromDownstream, data);
            return true;
        } catch (NotUnderstood e) {
            off = true;
            exchanges = null;
            return false;
        }
    }

    private Exchanges begin(boolean fromClient, ByteBuf data) throws NotUnderstood {
        if (!fromClient) {
            throw new NotUnderstood("the server speaks first");
        }
        return Http2Exchanges.isPreface(data)
                ? new Http2Exchanges(nanoTime, finished)
                : new Http1Exchanges(nanoTime, finished);
    }

    /** The connection is over. */
    public void end() {
        if (exchanges != null && !off) {
            exchanges.end();
        }
        off = true;
        exchanges = null;
    }
}
