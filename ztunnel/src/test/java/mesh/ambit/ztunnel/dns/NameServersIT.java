package mesh.ambit.ztunnel.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Questions to name servers whose sockets cannot always be made, as when descriptors run out. */
class NameServersIT {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final Transport transport = Transport.best();
    private final EventLoopGroup group = transport.group(1, "test-dns");
    private final EventLoop loop = group.next();

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void theNextQuestionHelpsAndNoSocketStaysOpen() throws Exception {
        ShortOfDescriptors space = new ShortOfDescriptors();
        try (FakeNameServer server =
                new FakeNameServer(LOOPBACK, 0, asked -> FakeNameServer.reply(asked, 0, 60, LOOPBACK))) {
            NameServers servers =
                    new NameServers(transport, loop, space, ResolvConf.parse("nameserver 127.0.0.1\n"), server.port());
            DnsName name = Objects.requireNonNull(DnsName.tryParse("example.com"));

            Future<DnsReply> asking = loop.submit(() -> servers.ask(new DnsQuestion(name, RecordType.A)))
                    .get();

            assertThat(asking.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(asking.cause()).isNull();
            assertThat(space.failedOnLoop).containsExactly(true);
            Await.until("all sockets are closed", () -> space.made.stream().noneMatch(Channel::isOpen));
        }
    }

    /** Has no descriptor for the first socket. */
    private final class ShortOfDescriptors implements SocketSpace {
        private final List<Channel> made = new CopyOnWriteArrayList<>();
        private final List<Boolean> failedOnLoop = new CopyOnWriteArrayList<>();

        @Override
        public Channel open(Supplier<? extends Channel> constructor) {
            if (failedOnLoop.isEmpty()) {
                failedOnLoop.add(loop.inEventLoop());
                throw new ChannelException("Too many open files");
            }
            Channel channel = constructor.get();
            made.add(channel);
            return channel;
        }
    }
}
