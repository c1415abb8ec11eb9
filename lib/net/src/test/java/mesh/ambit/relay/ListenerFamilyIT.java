package mesh.ambit.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which family a listener's socket is of, as the kernel sees it. */
class ListenerFamilyIT {
    private final Transport transport = Transport.best();
    private final EventLoopGroup group = transport.group(1, "test-family");

    @AfterEach
    void end() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void withoutIpv6ItIsASocketOfIpv4() throws Exception {
        Channel listener = transport
                .listener(group, SocketSpace.HERE, null, false)
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0))
                .sync()
                .channel();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();

        assertThat(listens("/proc/net/tcp", port)).isTrue();
        assertThat(listens("/proc/net/tcp6", port)).isFalse();
        listener.close().sync();
    }

    private static boolean listens(String table, int port) throws IOException {
        Path path = Path.of(table);
        String end = String.format(Locale.ROOT, ":%04X", port);
        return Files.exists(path)
                && Files.readAllLines(path).stream()
                        .map(line -> line.strip().split("\\s+", -1))
                        .anyMatch(field -> field.length > 3 && field[1].endsWith(end) && field[3].equals("0A"));
    }
}
