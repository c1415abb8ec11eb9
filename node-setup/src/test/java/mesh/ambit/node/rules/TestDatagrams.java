package mesh.ambit.node.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mesh.ambit.linux.SocketOptions;
import mesh.ambit.testkit.LabNamespace;

/** UDP sockets in chosen namespaces, as name servers, resolvers of applications and a proxy would have them. */
final class TestDatagrams implements AutoCloseable {
    private static final int SOON_MILLIS = 30_000;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    /** Binds like an application; port 0 for any. */
    Endpoint application(LabNamespace namespace, InetAddress address, int port) {
        return bind(namespace, address, port, false);
    }

    /** Binds like a proxy, with its mark. */
    Endpoint proxy(LabNamespace namespace, InetAddress address, int port) {
        return bind(namespace, address, port, true);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Endpoint bind(LabNamespace namespace, InetAddress address, int port, boolean marked) {
        BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        SocketProtocolFamily family =
                address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        Channel channel = new Bootstrap()
                .group(group)
                .channelFactory(() -> namespace.call(() -> {
                    EpollDatagramChannel made = new EpollDatagramChannel(family);
                    if (marked) {
                        SocketOptions.setMark(made.fd().intValue(), CaptureRules.PROXY_MARK);
                    }
                    return made;
                }))
                .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
                        received.add(
                                new Received(packet.sender(), packet.content().toString(UTF_8)));
                    }
                })
                .bind(address, port)
                .syncUninterruptibly()
                .channel();
        return new Endpoint(channel, received);
    }

    /** A datagram and where it seems to come from. */
    record Received(InetSocketAddress from, String word) {}

    /** A bound socket and what has come. */
    record Endpoint(Channel channel, BlockingQueue<Received> received) {
        InetSocketAddress address() {
            return (InetSocketAddress) channel.localAddress();
        }

        void send(InetSocketAddress to, String word) {
            channel.writeAndFlush(new DatagramPacket(Unpooled.copiedBuffer(word, UTF_8), to))
                    .syncUninterruptibly();
        }

        /** Returns the next datagram. */
        Received receive() {
            try {
                Received next = received.poll(SOON_MILLIS, TimeUnit.MILLISECONDS);
                if (next == null) {
                    throw new AssertionError("nothing came within " + SOON_MILLIS + " ms");
                }
                return next;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /** Returns whether nothing has come. */
        boolean isUntouched() {
            return received.isEmpty();
        }

        void close() {
            channel.close().syncUninterruptibly();
        }
    }
}
