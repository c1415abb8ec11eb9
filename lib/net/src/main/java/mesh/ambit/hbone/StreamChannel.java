package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel's stream in the place of a socket, so that a pipeline can speak inside it what it would speak on a
 * connection of its own. Active as soon as it is registered with the stream's loop.
 *
 * <p>Bytes are read as they come: what is spoken inside has its own flow control, or must not be used. Writes wait while
 * the stream is not writable. The end of the peer's half closes the channel, and closing ends our half in good order;
 * the peer then has a while to end its own before the stream is reset.
 */
final class StreamChannel extends AbstractChannel {
    /** How long the peer may take to end its half after we have ended ours. */
    static final long LINGER_SECONDS = 30;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final HboneStream stream;
    private final ChannelConfig config = new DefaultChannelConfig(this);
    private boolean open = true;
    /** The stream takes no more bytes and gives none. */
    private boolean streamOver;

    private @Nullable Future<?> linger;

    StreamChannel(HboneStream stream) {
        super(null);
        this.stream = stream;
    }

    /** Starts delivery to the pipeline; called once, when it is complete. */
    void start() {
        stream.receive(new Receiver());
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop.equals(stream.eventLoop());
    }

    @Override
    protected SocketAddress localAddress0() {
        return stream.localAddress();
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return stream.peerAddress();
    }

    @Override
    protected void doBind(SocketAddress local) {
        throw new UnsupportedOperationException("a stream is bound by its tunnel");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doBeginRead() {
        // Delivery never stops.
    }

    @Override
    protected void doClose() {
        open = false;
        if (streamOver) {
            return;
        }
        stream.shutdownOutput();
        linger = stream.eventLoop().schedule(() -> stream.reset(Http2Error.CANCEL), LINGER_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) throws ClosedChannelException {
        do {
            for (Object message = out.current(); message != null && isWelcome(); message = out.current()) {
                stream.write(((ByteBuf) message).retain());
                out.remove();
            }
            // Makes room at once sometimes, and says so while we are still in here and cannot be called again.
            stream.flush();
        } while (out.current() != null && isWelcome());
    }

    /** Says whether the stream takes more now; if not, its onWritable follows. */
    private boolean isWelcome() throws ClosedChannelException {
        if (streamOver) {
            throw new ClosedChannelException();
        }
        return stream.isWritable();
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    /** The stream is over in both directions, and what is said inside ends with it. */
    private void over() {
        streamOver = true;
        stopLinger();
        if (open) {
            unsafe().close(newPromise());
        }
    }

    private void stopLinger() {
        if (linger != null) {
            linger.cancel(false);
        }
    }

    private final class StreamUnsafe extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("a stream is connected by its tunnel"));
        }
    }

    private final class Receiver implements HboneStream.Receiver {
        @Override
        public void onData(ByteBuf data) {
            int bytes = data.readableBytes();
            if (open) {
                pipeline().fireChannelRead(data);
            } else {
                data.release();
            }
            stream.consumed(bytes);
        }

        @Override
        public void onDataComplete() {
            if (open) {
                pipeline().fireChannelReadComplete();
            }
        }

        @Override
        public void onEndOfInput() {
            if (open) {
                unsafe().close(newPromise());
            }
            // Both halves have ended, or ours ends with what is still to be sent.
            stopLinger();
        }

        @Override
        public void onOutputEnded() {}

        @Override
        public void onWritable() {
            if (open) {
                unsafe().flush();
            }
        }

        @Override
        public void onReset(long code) {
            over();
        }

        @Override
        public void onLost(TunnelFailure failure, boolean owed) {
            over();
        }
    }
}
