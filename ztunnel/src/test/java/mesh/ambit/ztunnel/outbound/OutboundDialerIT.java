package mesh.ambit.ztunnel.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mesh.ambit.relay.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a connection learns of a socket that cannot even be made, as when descriptors run out. */
class OutboundDialerIT {
    private final EventLoopGroup loops = Transport.best().group(1, "test");
    private final EventLoop loop = loops.next();

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void itIsToldOnItsOwnLoop() throws Exception {
        CompletableFuture<Boolean> failedOnLoop = new CompletableFuture<>();
        Dial dial = new OutboundDialer.ToSocket(
                loop,
                on -> new Bootstrap().group(on).channelFactory(() -> {
                    throw new ChannelException("Too many open files");
                }),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 80),
                new Dial.Result() {
                    @Override
                    public void connected(Dial.Leg leg) {
                        failedOnLoop.completeExceptionally(new AssertionError("connected " + leg));
                    }

                    @Override
                    public void failed(Dial.Failure failure) {
                        failedOnLoop.complete(loop.inEventLoop());
                    }
                });

        loop.execute(dial::start);

        assertThat(failedOnLoop.get(10, TimeUnit.SECONDS)).as("on its loop").isTrue();
    }
}
