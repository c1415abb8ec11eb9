package mesh.ambit.ztunnel.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.net.InetSocketAddress;
import mesh.ambit.model.Addresses;
import mesh.ambit.relay.EarlyBytes;
import mesh.ambit.telemetry.Direction;

/** Takes every connection that the pod's rules redirect to us on its way out. One for a pod. */
@Sharable
public final class OutboundCapture extends ChannelInitializer<Channel> {
    private final OutboundContext context;

    /** Makes one; {@code context} says whose connections they are. */
    public OutboundCapture(OutboundContext context) {
        this.context = context;
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new Start(), new EarlyBytes());
    }

    /** Waits for the connection to be there, and hands it over. */
    private final class Start extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            Channel channel = ctx.channel();
            ctx.pipeline().remove(this);
            count(context, channel);
            begin(
                    context,
                    ctx,
                    Addresses.canonical(context.originalDestination().apply(channel)));
        }
    }

    /** Counts an accepted socket for as long as it is open. */
    static void count(OutboundContext context, Channel channel) {
        context.telemetry().socketOpened(Direction.OUTBOUND);
        channel.closeFuture().addListener(_ -> context.telemetry().socketClosed(Direction.OUTBOUND));
    }

    /** Takes over an accepted connection to {@code destination}, which keeps its bytes in an {@link EarlyBytes}. */
    static void begin(OutboundContext context, ChannelHandlerContext ctx, InetSocketAddress destination) {
        Channel channel = ctx.channel();
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            // Reset before we looked: there is nobody to serve.
            channel.close();
            return;
        }
        InetSocketAddress source = Addresses.canonical(remote);
        OutboundConnection connection = new OutboundConnection(context, channel, source, destination);
        if (context.connections()
                .refuses(
                        Direction.OUTBOUND,
                        connection.owner(),
                        text -> context.telemetry().deniedEarly(Direction.OUTBOUND, source, destination, text))) {
            channel.close();
            return;
        }
        connection.start();
        ChannelHandlerContext early = channel.pipeline().context(EarlyBytes.class);
        if (early != null) {
            ((EarlyBytes) early.handler()).whenGone(early, connection::downstreamGone);
        }
    }
}
