package mesh.ambit.ztunnel.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.timeout.IdleStateEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests over one connection, each a frame without its length, and their answers in the order in which they are found.
 * Reads no further while too many are without an answer or the client does not take what it asked for.
 */
final class TcpRequests extends SimpleChannelInboundHandler<ByteBuf> {
    /** Without an answer on one connection. */
    static final int MAX_PENDING = 32;

    private static final Logger LOG = LoggerFactory.getLogger(TcpRequests.class);

    private final DnsService service;
    private int pending;
    private boolean inputEnded;

    TcpRequests(DnsService service) {
        this.service = service;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
        DnsQuery query = DnsQuery.read(frame);
        if (query == null || query.isResponse()) {
            return;
        }
        pending++;
        service.answer(query, "tcp", answer -> {
            pending--;
            ByteBuf message = ctx.alloc().buffer(Messages.PLAIN_UDP_BYTES);
            message.writeShort(0);
            DnsWriter.answer(message, query, answer, Messages.MAX_BYTES);
            message.setShort(0, message.readableBytes() - 2);
            ctx.writeAndFlush(message);
            pace(ctx);
        });
        pace(ctx);
    }

    private void pace(ChannelHandlerContext ctx) {
        ctx.channel()
                .config()
                .setAutoRead(pending < MAX_PENDING && ctx.channel().isWritable());
        if (inputEnded && pending == 0) {
            ctx.close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        pace(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            pace(ctx);
        } else if (event instanceof IdleStateEvent) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: {}", ctx.channel(), cause.toString());
        ctx.close();
    }
}
