package mesh.ambit.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.ArrayDeque;
import java.util.Objects;
import mesh.ambit.hbone.CaughtExceptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what an application sends before its relay starts. Belongs at the end of the pipeline of every socket that
 * waits for a relay, because epoll reads a socket whose peer has shut down without being asked to; the relay takes
 * this handler's place. Bounded by the kernel's receive buffer.
 */
public final class EarlyBytes extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyBytes.class);

    private final ArrayDeque<ByteBuf> bytes = new ArrayDeque<>(1);
    private @Nullable Runnable onGone;
    private boolean ended;
    private boolean handedOver;

    /** Sets what to do if the socket closes before a relay has taken over; at once if it has closed. */
    public void whenGone(ChannelHandlerContext ctx, Runnable action) {
        onGone = Objects.requireNonNull(action, "action");
        if (!ctx.channel().isActive()) {
            gone();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        bytes.add((ByteBuf) msg);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {}

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ended = true;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        CaughtExceptions.log(LOG, ctx.channel(), cause);
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (!handedOver) {
            bytes.forEach(ByteBuf::release);
            bytes.clear();
        }
    }

    /** Gives what was kept to {@code side}, in order. */
    void handOver(SocketSide side) {
        handedOver = true;
        for (ByteBuf data = bytes.poll(); data != null; data = bytes.poll()) {
            side.onData(data);
        }
        if (ended) {
            side.onEndOfInput();
        }
    }

    private void gone() {
        Runnable action = onGone;
        onGone = null;
        if (action != null && !handedOver) {
            action.run();
        }
    }
}
