package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.tls.ExpectedSans;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ends of TLS that are no ends of the connection below. */
class TlsEndIT {
    private static final int PATIENCE_SECONDS = 60;

    private final TunnelLab lab = new TunnelLab();
    private final EventLoopGroup loops = Loops.start(1);

    @AfterEach
    void close() throws Exception {
        Loops.stop(loops);
        lab.close();
    }

    @Test
    void recordThatCannotBeDecryptedEndsTheConnection() throws Exception {
        Channel client = connect();
        byte[] record = new byte[5 + 32];
        record[0] = 23;
        record[1] = 3;
        record[2] = 3;
        record[4] = 32;
        // Whatever the server says of it stays unread: only an end of the connection counts.
        client.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                ReferenceCountUtil.release(msg);
            }
        });

        client.pipeline().context(SslHandler.class).writeAndFlush(Unpooled.wrappedBuffer(record));

        assertThat(client.closeFuture().await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("closed by the server")
                .isTrue();
    }

    @Test
    void peerThatAnnouncesItsEndNeedNotClose() throws Exception {
        Channel client = connect();

        client.pipeline().get(SslHandler.class).closeOutbound();

        assertThat(client.closeFuture().await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("closed by the server")
                .isTrue();
    }

    /** Shakes hands with the lab's server, and closes when the server has closed. */
    private Channel connect() throws Exception {
        lab.serveEcho();
        InetSocketAddress address = lab.key("uid", "127.0.0.1").address();
        SslHandler tls = lab.tls()
                .clientHandler(
                        lab.clientSvid(),
                        ExpectedSans.of(SpiffeId.parse(TunnelLab.SERVER)),
                        UnpooledByteBufAllocator.DEFAULT);
        EventLoop loop = loops.next();
        Channel channel = Transport.best()
                .connector(loop, SocketSpace.HERE)
                .handler(tls)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, false)
                .connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), address.getPort()))
                .sync()
                .channel();
        channel.config().setAutoRead(true);
        assertThat(tls.handshakeFuture().await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        assertThat(tls.handshakeFuture().isSuccess()).isTrue();
        return channel;
    }
}
