package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import mesh.ambit.ztunnel.inpod.PodStartException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    @AfterEach
    void stop() {
        loops.shutdownGracefully();
    }

    /** The words are upstream's: a node agent logs them. */
    @Test
    void portThatIsTakenIsNamedWithTheSystemsError() throws Exception {
        InetAddress here = InetAddress.ofLiteral("127.0.0.1");
        try (ServerSocket taken = new ServerSocket(0, 1, here)) {
            assertThatThrownBy(() -> new Listeners(false).open(bootstrap(), here, taken.getLocalPort()))
                    .isInstanceOf(PodStartException.class)
                    .hasMessage("Bind(127.0.0.1:" + taken.getLocalPort()
                            + ", Os { code: 98, kind: AddrInUse, message: \"Address already in use\" })");
        }
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("::"))) {
            assertThatThrownBy(() -> new Listeners(true).open(bootstrap(), taken.getLocalPort()))
                    .hasMessageStartingWith("Bind([::]:" + taken.getLocalPort() + ", Os { code: 98,");
        }
    }

    private ServerBootstrap bootstrap() {
        return new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter());
    }
}
