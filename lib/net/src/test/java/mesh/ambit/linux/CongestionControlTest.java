package mesh.ambit.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CongestionControlTest {
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_CONGESTION = 13;
    private static final int NAME_BYTES = 16;

    @ParameterizedTest
    @CsvSource({
        "auto,   'cubic\n', reno cubic bbr, system",
        "auto,   'reno\n',  reno,           system",
        "auto,   'bbr\n',   reno bbr cubic, cubic",
        "auto,   'bbr2\n',  reno bbr2,      reno",
        "auto,   '',        '',             system",
        "system, 'bbr\n',   reno bbr cubic, system",
        "reno,   'cubic\n', 'reno cubic\n', reno",
    })
    void anAlgorithmThatPacesIsReplaced(String wish, String systems, String available, String chosen) {
        assertThat(CongestionControl.parse(wish, systems, available)).hasToString(chosen);
    }

    @ParameterizedTest
    @CsvSource({"vegas, reno cubic", "'', reno cubic", "a-name-that-is-too-long, a-name-that-is-too-long"})
    void whatTheKernelDoesNotKnowIsRefused(String wish, String available) {
        assertThatThrownBy(() -> CongestionControl.parse(wish, "cubic", available))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: auto, system, or one of the kernel's (" + available + ")");
    }

    @Test
    void listenersHandItOnAndNearPeersGetIt() throws Exception {
        CongestionControl reno = CongestionControl.parse("reno", "", "reno");
        CompletableFuture<Channel> accepted = new CompletableFuture<>();
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            Channel listener = new ServerBootstrap()
                    .group(loops)
                    .channelFactory(() -> {
                        EpollServerSocketChannel channel = new EpollServerSocketChannel();
                        reno.applyTo(channel.fd().intValue());
                        return channel;
                    })
                    .childHandler(handing(accepted))
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            Channel client = new Bootstrap()
                    .group(loops)
                    .channel(EpollSocketChannel.class)
                    .handler(handing(new CompletableFuture<>()))
                    .connect(InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort())
                    .sync()
                    .channel();

            assertThat(algorithm(accepted.get(30, TimeUnit.SECONDS))).isEqualTo("reno");
            CongestionControl.SYSTEM.applyIfNear(((UnixChannel) client).fd().intValue());
            String before = algorithm(client);
            reno.applyIfNear(((UnixChannel) client).fd().intValue());
            assertThat(algorithm(client)).isEqualTo("reno");
            assertThat(before).isEqualTo(systems());
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private static ChannelInitializer<Channel> handing(CompletableFuture<Channel> to) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                to.complete(channel);
            }
        };
    }

    private static String systems() {
        EpollSocketChannel fresh = new EpollSocketChannel();
        try {
            return algorithm(fresh);
        } finally {
            fresh.unsafe().closeForcibly();
        }
    }

    private static String algorithm(Channel channel) {
        ByteBuffer name = channel.config()
                .getOption(new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, NAME_BYTES));
        byte[] bytes = new byte[name.remaining()];
        name.get(bytes);
        return new String(bytes, US_ASCII).replaceAll("\0.*", "");
    }
}
