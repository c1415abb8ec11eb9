package mesh.ambit.node.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.UnixChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mesh.ambit.linux.SocketOptions;
import mesh.ambit.testkit.LabNamespace;
import org.jspecify.annotations.Nullable;

/** Sockets in chosen namespaces, with marks and foreign sources, as a proxy and applications would have them. */
final class TestPeers implements AutoCloseable {
    private static final int SOON_MILLIS = 30_000;
    /** Long enough for a connect to succeed where it can, short enough to wait for one that must not. */
    private static final int IN_VAIN_MILLIS = 300;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    /** Listens like a proxy: with its mark, which accepted connections inherit, and for foreign addresses too. */
    Listener proxy(LabNamespace namespace, int port) {
        return listen(namespace, port, true);
    }

    Listener application(LabNamespace namespace, int port) {
        return listen(namespace, port, false);
    }

    /** Connects like an application. */
    Peer connect(LabNamespace namespace, InetAddress to, int port) {
        return dial(namespace, false, null, to, port, SOON_MILLIS);
    }

    /** Connects like an application, where that is expected to fail. */
    void connectInVain(LabNamespace namespace, InetAddress to, int port) {
        dial(namespace, false, null, to, port, IN_VAIN_MILLIS);
    }

    /** Connects like a proxy, in the name of {@code source} if there is one. */
    Peer connectMarked(LabNamespace namespace, @Nullable InetAddress source, InetAddress to, int port) {
        return dial(namespace, true, source, to, port, SOON_MILLIS);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Listener listen(LabNamespace namespace, int port, boolean asProxy) {
        BlockingQueue<Peer> accepted = new LinkedBlockingQueue<>();
        Channel channel = new ServerBootstrap()
                .group(group)
                .channelFactory(() -> namespace.call(() -> {
                    EpollServerSocketChannel made = new EpollServerSocketChannel();
                    if (asProxy) {
                        SocketOptions.setMark(made.fd().intValue(), CaptureRules.PROXY_MARK);
                        SocketOptions.setTransparent(made.fd().intValue());
                    }
                    return made;
                }))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel child) {
                        Peer peer = new Peer(child);
                        child.pipeline().addLast(peer.reader());
                        accepted.add(peer);
                    }
                })
                .bind(InetAddress.ofLiteral("::"), port)
                .syncUninterruptibly()
                .channel();
        return new Listener(channel, accepted);
    }

    private Peer dial(
            LabNamespace namespace,
            boolean marked,
            @Nullable InetAddress source,
            InetAddress to,
            int port,
            int timeoutMillis) {
        BlockingQueue<Peer> connected = new LinkedBlockingQueue<>();
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .channelFactory(() -> namespace.call(() -> {
                    EpollSocketChannel made = new EpollSocketChannel();
                    if (marked) {
                        SocketOptions.setMark(made.fd().intValue(), CaptureRules.PROXY_MARK);
                    }
                    if (source != null) {
                        SocketOptions.setTransparentSource(made.fd().intValue());
                    }
                    return made;
                }))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Peer peer = new Peer(channel);
                        channel.pipeline().addLast(peer.reader());
                        connected.add(peer);
                    }
                });
        InetSocketAddress remote = new InetSocketAddress(to, port);
        (source == null ? bootstrap.connect(remote) : bootstrap.connect(remote, new InetSocketAddress(source, 0)))
                .syncUninterruptibly();
        return connected.remove();
    }

    /** A listening socket and who came. */
    record Listener(Channel channel, BlockingQueue<Peer> accepted) {
        /** Returns the next connection. */
        Peer accept() {
            return await(accepted);
        }

        /** Returns whether nobody has come. */
        boolean isUntouched() {
            return accepted.isEmpty();
        }
    }

    /** One end of a connection. */
    static final class Peer {
        private static final String END = "(end)";

        private final Channel channel;
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

        Peer(Channel channel) {
            this.channel = channel;
        }

        InetSocketAddress remote() {
            return (InetSocketAddress) channel.remoteAddress();
        }

        @Nullable
        InetSocketAddress originalDestination() {
            return SocketOptions.originalDestination(
                    ((UnixChannel) channel).fd().intValue());
        }

        /** Returns what has come and nobody has expected. */
        List<String> received() {
            return List.copyOf(received);
        }

        /** Sends a word from here to {@code other} and back; fails if either does not arrive. */
        void exchange(Peer other) {
            send("ping");
            other.expect("ping");
            other.send("pong");
            expect("pong");
        }

        /** Waits for the end of the connection, orderly or by reset. */
        void expectEnd() {
            expect(END);
        }

        void send(String word) {
            channel.writeAndFlush(Unpooled.copiedBuffer(word, UTF_8)).syncUninterruptibly();
        }

        private void expect(String word) {
            String got = await(received);
            if (!got.equals(word)) {
                throw new AssertionError("received " + got + " (expected: " + word + ")");
            }
        }

        private ChannelHandler reader() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    ByteBuf bytes = (ByteBuf) message;
                    received.add(bytes.toString(UTF_8));
                    bytes.release();
                }

                @Override
                public void channelInactive(ChannelHandlerContext ctx) {
                    received.add(END);
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    ctx.close();
                }
            };
        }
    }

    private static <T> T await(BlockingQueue<T> queue) {
        try {
            T item = queue.poll(SOON_MILLIS, TimeUnit.MILLISECONDS);
            if (item == null) {
                throw new AssertionError("nothing came within " + SOON_MILLIS + " ms");
            }
            return item;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
