package mesh.ambit.ztunnel.limits;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Stands in a listener's pipeline: closes what was accepted while the process is running out of something, before it
 * costs more than its descriptor, and notices when nothing can be accepted for want of one.
 *
 * <p>Netty accepts at most 16 connections in a turn of a loop, so a storm of one pod leaves the others their turns.
 */
public final class AcceptGuard extends ChannelInboundHandlerAdapter {
    /** How long a listener rests that could not accept. */
    private static final long REST_MILLIS = 100;

    private final Overload overload;
    private final Consumer<Refusal> refused;

    AcceptGuard(Overload overload, Consumer<Refusal> refused) {
        this.overload = overload;
        this.refused = refused;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        Refusal refusal = overload.refusal();
        if (refusal == null) {
            ctx.fireChannelRead(accepted);
        } else {
            refused.accept(refusal);
            ((Channel) accepted).unsafe().closeForcibly();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!Overload.isExhaustion(cause)) {
            ctx.fireExceptionCaught(cause);
            return;
        }
        overload.onExhausted();
        // Trying again at once would keep the loop busy; the connections wait in the kernel's queue meanwhile.
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), REST_MILLIS, TimeUnit.MILLISECONDS);
    }
}
