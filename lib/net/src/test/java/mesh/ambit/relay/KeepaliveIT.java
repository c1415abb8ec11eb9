package mesh.ambit.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the kernel says of sockets that were given a keepalive. */
class KeepaliveIT {
    @Test
    void bothEndsCarryWhatIsSet() throws Exception {
        Keepalive keepalive = new Keepalive(true, Duration.ofSeconds(10), Duration.ofSeconds(2), 5, true);

        onBothEnds(keepalive, config -> {
            assertThat(config.getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
            assertThat(config.getTcpKeepIdle()).isEqualTo(10);
            assertThat(config.getTcpKeepIntvl()).isEqualTo(2);
            assertThat(config.getTcpKeepCnt()).isEqualTo(5);
            assertThat(config.getTcpUserTimeout()).isEqualTo(20_000);
        });
    }

    @Test
    void upstreamsDefaultHasNoUserTimeout() throws Exception {
        onBothEnds(Keepalive.DEFAULT, config -> {
            assertThat(config.isTcpNoDelay()).isTrue();
            assertThat(config.getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
            assertThat(config.getTcpKeepIdle()).isEqualTo(180);
            assertThat(config.getTcpKeepIntvl()).isEqualTo(180);
            assertThat(config.getTcpKeepCnt()).isEqualTo(9);
            assertThat(config.getTcpUserTimeout()).isZero();
        });
    }

    @Test
    void switchedOffNothingIsAsked() throws Exception {
        Keepalive off = new Keepalive(false, Duration.ofSeconds(10), Duration.ofSeconds(2), 5, false);

        onBothEnds(
                off,
                config ->
                        assertThat(config.getOption(ChannelOption.SO_KEEPALIVE)).isFalse());
    }

    @Test
    void whatTheKernelDoesNotTakeIsBroughtWithinItsLimits() throws Exception {
        Keepalive extreme = new Keepalive(true, Duration.ofMillis(1), Duration.ofDays(9), 1000, false);

        onBothEnds(extreme, config -> {
            assertThat(config.getTcpKeepIdle()).isEqualTo(1);
            assertThat(config.getTcpKeepIntvl()).isEqualTo(32_767);
            assertThat(config.getTcpKeepCnt()).isEqualTo(127);
        });
    }

    private interface Check {
        void accept(EpollSocketChannelConfig config);
    }

    private static void onBothEnds(Keepalive keepalive, Check check) throws Exception {
        TunedTransport transport = new TunedTransport(Transport.EPOLL, keepalive);
        EventLoopGroup loops = Transport.EPOLL.group(1, "keepalive");
        try {
            CompletableFuture<Channel> accepted = new CompletableFuture<>();
            Channel listener = transport
                    .listener(loops, SocketSpace.HERE, true, true)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            accepted.complete(channel);
                        }
                    })
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync()
                    .channel();
            Channel outgoing = transport
                    .connector(loops.next(), SocketSpace.HERE)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {}
                    })
                    .connect(listener.localAddress())
                    .sync()
                    .channel();
            check.accept(((EpollSocketChannel) outgoing).config());
            check.accept(((EpollSocketChannel) accepted.get(60, TimeUnit.SECONDS)).config());
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }
}
