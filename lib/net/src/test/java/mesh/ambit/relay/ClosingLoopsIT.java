package mesh.ambit.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mesh.ambit.hbone.Loops;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever moment a loop is told to end at, its connections end first. */
class ClosingLoopsIT {
    private final CountDownLatch connected = new CountDownLatch(2);
    private final CountDownLatch removed = new CountDownLatch(2);

    @ParameterizedTest
    @EnumSource
    void loopThatEndsItselfClosesItsConnections(Transport transport) throws Exception {
        assumeTrue(transport.isAvailable(), () -> transport + " does not work on this machine");
        EventLoopGroup loops = transport.group(1, "ending");
        EventLoop loop = loops.next();
        Channel listener = listen(transport, loops);
        Channel client = connect(transport, loop, listener);

        // A task runs after the loop has looked whether it is to end.
        loop.execute(() -> loops.shutdownGracefully(0, 5, TimeUnit.SECONDS));

        assertThat(loops.terminationFuture().await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(listener.isOpen()).isFalse();
        assertThat(client.isOpen()).isFalse();
        assertThat(removed.getCount()).as("handlers that hold native memory").isZero();
    }

    @ParameterizedTest
    @EnumSource
    void loopThatIsEndedFromOutsideClosesItsConnections(Transport transport) throws Exception {
        assumeTrue(transport.isAvailable(), () -> transport + " does not work on this machine");
        EventLoopGroup loops = transport.group(1, "ending");
        Channel listener = listen(transport, loops);
        connect(transport, loops.next(), listener);

        Loops.stop(loops);

        assertThat(listener.isOpen()).isFalse();
        assertThat(removed.getCount()).isZero();
    }

    private Channel listen(Transport transport, EventLoopGroup loops) throws Exception {
        return transport
                .listener(loops, SocketSpace.HERE, false)
                .childHandler(counting())
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    private Channel connect(Transport transport, EventLoop loop, Channel listener) throws Exception {
        Channel client = transport
                .connector(loop, SocketSpace.HERE)
                .handler(counting())
                .connect(listener.localAddress())
                .sync()
                .channel();
        assertThat(connected.await(60, TimeUnit.SECONDS)).isTrue();
        return client;
    }

    private ChannelInitializer<Channel> counting() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Counting());
            }
        };
    }

    /** Counts as TLS would: what it holds goes when it is removed. */
    private final class Counting extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            connected.countDown();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            removed.countDown();
        }
    }
}
