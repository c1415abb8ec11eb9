package mesh.ambit.ztunnel.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests in datagrams, and their answers, which are cut to what the client takes. */
final class UdpRequests extends SimpleChannelInboundHandler<DatagramPacket> {
    private static final Logger LOG = LoggerFactory.getLogger(UdpRequests.class);

    private final DnsService service;

    UdpRequests(DnsService service) {
        this.service = service;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
        DnsQuery query = DnsQuery.read(packet.content());
        InetSocketAddress client = packet.sender();
        if (query == null || client.getPort() == 0) {
            return;
        }
        service.answer(query, "udp", answer -> {
            int limit = query.udpLimit();
            ByteBuf message = ctx.alloc().buffer(Messages.PLAIN_UDP_BYTES, Messages.MAX_BYTES);
            DnsWriter.answer(message, query, answer, limit);
            ctx.writeAndFlush(new DatagramPacket(message, client));
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // One client's trouble, such as a port that is closed by now; the socket serves the others.
        LOG.debug("{}: {}", ctx.channel(), cause.toString());
    }
}
