package mesh.ambit.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import mesh.ambit.hbone.CaughtExceptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A relay's end that is a plain socket. */
final class SocketSide extends Side {
    private static final Logger LOG = LoggerFactory.getLogger(SocketSide.class);

    private final DuplexChannel channel;
    private final ChannelHandler handler = new Handler();

    /** The last write that has been given to the channel and may not have ended, and how many bytes went since the last flush. */
    private @Nullable ChannelFuture lastWrite;

    private int unflushedBytes;

    /** What was written and has not reached the kernel. */
    private int unsentBytes;

    private boolean closing;

    /** The channel closes when its input ends. A break is an exception first, so that the two are not taken for each other. */
    private boolean endsWithInput;

    SocketSide(Relay relay, Channel channel) {
        super(relay);
        if (!(channel instanceof DuplexChannel duplex)) {
            throw new IllegalArgumentException("channel " + channel + " (expected: one with two halves)");
        }
        this.channel = duplex;
    }

    @Override
    void start() {
        EarlyBytes early = channel.pipeline().get(EarlyBytes.class);
        channel.pipeline().addLast(handler);
        if (early != null) {
            early.handOver(this);
            relay.onDataComplete(this);
            channel.pipeline().remove(early);
        }
        if (!channel.isActive()) {
            relay.onBroken(this, null);
        } else if (channel.isInputShutdown() && !inputEnded) {
            onEndOfInput();
        }
    }

    void onData(ByteBuf data) {
        relay.onData(this, data);
    }

    void onEndOfInput() {
        relay.onEndOfInput(this);
    }

    @Override
    void write(ByteBuf data) {
        unflushedBytes += data.readableBytes();
        unsentBytes += data.readableBytes();
        lastWrite = channel.write(data);
    }

    @Override
    void flush() {
        ChannelFuture written = lastWrite;
        int bytes = unflushedBytes;
        if (written == null || bytes == 0) {
            return;
        }
        unflushedBytes = 0;
        channel.flush();
        if (written.isDone()) {
            onWritten(written, bytes);
        } else {
            // Writes complete in order, so the last one speaks for all.
            written.addListener(_ -> onWritten(written, bytes));
        }
    }

    private void onWritten(ChannelFuture written, int bytes) {
        if (unflushedBytes == 0 && lastWrite != null && lastWrite.isDone()) {
            lastWrite = null; // A connection that is idle keeps nothing of what it has sent.
        }
        if (written.isSuccess()) {
            unsentBytes -= bytes;
        }
        relay.onWritten(this, bytes);
        if (!written.isSuccess()) {
            relay.onWriteFailed(this);
        }
    }

    @Override
    boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    int unsentBytes() {
        return unsentBytes;
    }

    @Override
    void read() {
        if (!inputEnded && !closing) {
            channel.read();
        }
    }

    /** The kernel keeps its own books. */
    @Override
    void consumed(int bytes) {}

    @Override
    void shutdownOutput() {
        ChannelFuture written = lastWrite;
        flush();
        // Netty throws away what is still unsent when the output is shut down, so it must wait for its turn.
        if (written == null || written.isDone()) {
            sendFin();
        } else {
            written.addListener(_ -> sendFin());
        }
    }

    private void sendFin() {
        if (closing) {
            return;
        }
        if (channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket) {
            // Nothing is unsent. Netty would fail its empty queue with two exceptions first, for every connection.
            try {
                socket.shutdown(false, true);
            } catch (IOException | NotYetConnectedException _) {
                // The peer is gone already, which comes to the same: it will get no more from us.
            }
            closeAtEndOfInput();
            relay.onOutputEnded(this);
        } else {
            channel.shutdownOutput().addListener(_ -> relay.onOutputEnded(this));
        }
    }

    /**
     * With our half closed there is nothing left to do at the end of the other one but to close. Netty would shut down the
     * input of a socket that is closed both ways by then: a call that fails, with an exception, for every connection.
     */
    private void closeAtEndOfInput() {
        if (!inputEnded && channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false)) {
            endsWithInput = true;
        }
    }

    @Override
    void close() {
        closing = true;
        channel.close();
    }

    @Override
    void cut(CutReason reason) {
        close();
    }

    private final class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            onData((ByteBuf) msg);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            relay.onDataComplete(SocketSide.this);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (channel.isWritable()) {
                relay.onWritable(SocketSide.this);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                onEndOfInput();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (endsWithInput && !closing) {
                onEndOfInput();
            } else {
                relay.onBroken(SocketSide.this, null);
            }
        }

        /** A reset by the application is one of the ways in which connections end. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            CaughtExceptions.log(LOG, channel, cause);
            relay.onBroken(SocketSide.this, null);
        }
    }
}
