package mesh.ambit.admin;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that dawdles: a request must be complete 2 s after the connection was made, or after its first byte
 * on a connection that is used again.
 */
final class HeadTimeout extends ChannelDuplexHandler {
    static final long REQUEST_SECONDS = 2;

    private final long idleSeconds;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean idle;

    /** A connection may idle for {@code idleSeconds} between requests. */
    HeadTimeout(long idleSeconds) {
        this.idleSeconds = idleSeconds;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        arm(ctx, REQUEST_SECONDS);
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (idle) {
            idle = false;
            arm(ctx, REQUEST_SECONDS);
        }
        ctx.fireChannelRead(msg);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        // A reply is written only when its request is complete.
        idle = true;
        arm(ctx, idleSeconds);
        ctx.write(msg, promise);
    }

    /** Stops the clock until the answer is written. On the channel's event loop. */
    void requestIsComplete() {
        cancel();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancel();
        ctx.fireChannelInactive();
    }

    private void arm(ChannelHandlerContext ctx, long seconds) {
        cancel();
        deadline = ctx.executor().schedule(() -> ctx.close(), seconds, TimeUnit.SECONDS);
    }

    private void cancel() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
