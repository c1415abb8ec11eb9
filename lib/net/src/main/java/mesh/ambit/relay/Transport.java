package mesh.ambit.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.nio.channels.spi.SelectorProvider;
import jdk.net.ExtendedSocketOptions;
import mesh.ambit.hbone.GrowingReads;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.linux.LinuxException;
import org.jspecify.annotations.Nullable;

/** How sockets are driven; chosen once, at start. */
public enum Transport {
    EPOLL,
    IO_URING,
    NIO;

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final int BACKLOG = 128;

    /** Returns the default for this machine: epoll, or NIO where the native library does not load. */
    public static Transport best() {
        return EPOLL.isAvailable() ? EPOLL : NIO;
    }

    /** Says whether this transport works here. */
    public boolean isAvailable() {
        return switch (this) {
            case EPOLL -> Epoll.isAvailable();
            case IO_URING -> IoUring.isAvailable();
            case NIO -> true;
        };
    }

    /**
     * Returns a group of {@code workers} event loops on daemon threads whose names begin with {@code name}. Connections
     * that are open when the group is shut down are closed.
     */
    public EventLoopGroup group(int workers, String name) {
        IoHandlerFactory handlers = switch (this) {
            case EPOLL -> new SteadyEpoll();
            case IO_URING -> IoUringIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
        return new ClosingLoops(workers, new DefaultThreadFactory(name, true), handlers);
    }

    /** Returns the event loop of {@code group} that runs on the current thread, or null if none does. */
    public static @Nullable EventExecutor loopOfThread(EventLoopGroup group) {
        for (EventExecutor loop : group) {
            if (loop.inEventLoop()) {
                return loop;
            }
        }
        return null;
    }

    /** Returns {@link #connector(EventLoop, SocketSpace, Keepalive)} with upstream's keepalive. */
    public Bootstrap connector(EventLoop loop, SocketSpace space) {
        return connector(loop, space, Keepalive.DEFAULT);
    }

    /**
     * Returns a bootstrap for outgoing connections on {@code loop}, made in {@code space}: TCP_NODELAY, {@code
     * keepalive}, 10 s connect timeout, half-close allowed, reads with headroom that start on demand (auto-read off).
     */
    public Bootstrap connector(EventLoop loop, SocketSpace space, Keepalive keepalive) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(() -> space.open(this::newSocket))
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new GrowingReads(HboneStream.HEADROOM_BYTES))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS);
        keepalive(bootstrap::option, keepalive);
        return bootstrap;
    }

    /**
     * Returns a bootstrap for a listener made in {@code space} whose accepted connections are spread over
     * {@code loops}, with the same child options as {@link #connector}, upstream's keepalive only if {@code keepalive}.
     */
    public ServerBootstrap listener(EventLoopGroup loops, SocketSpace space, boolean keepalive) {
        return listener(loops, space, keepalive ? Keepalive.DEFAULT : null, true);
    }

    /**
     * Returns such a listener.
     *
     * @param keepalive what accepted connections get; null for nothing
     * @param ipv6 whether it takes IPv6 too where the machine has it; otherwise its socket is one of IPv4
     */
    public ServerBootstrap listener(
            EventLoopGroup loops, SocketSpace space, @Nullable Keepalive keepalive, boolean ipv6) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channelFactory(() -> (ServerChannel) space.open(
                        () -> bequeathing(keepalive, ipv6 ? newListener() : newListener(SocketProtocolFamily.INET))))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new GrowingReads(HboneStream.HEADROOM_BYTES));
        if (keepalive != null && this == NIO) {
            keepalive(bootstrap::childOption, keepalive);
        }
        return bootstrap;
    }

    /**
     * Returns {@code listener} with {@code keepalive} on its own socket: Linux has accepted sockets inherit it, which
     * spares every connection four system calls.
     */
    private static ServerChannel bequeathing(@Nullable Keepalive keepalive, ServerChannel listener) {
        if (keepalive != null && listener instanceof UnixChannel unix) {
            try {
                keepalive.applyTo(unix.fd().intValue());
            } catch (LinuxException e) {
                listener.unsafe().closeForcibly();
                throw e;
            }
        }
        return listener;
    }

    /**
     * Returns a new TCP socket in the calling thread's namespace, not registered yet. Like every socket of Netty it does
     * not wait for more to send (TCP_NODELAY), accepted ones included.
     */
    public SocketChannel newSocket() {
        return switch (this) {
            case EPOLL -> new EpollSocketChannel();
            case IO_URING -> new IoUringSocketChannel();
            case NIO -> new NioSocketChannel();
        };
    }

    /** Returns a new UDP socket of one family in the calling thread's namespace, not registered yet. */
    public DatagramChannel newDatagram(SocketProtocolFamily family) {
        return switch (this) {
            case EPOLL -> new EpollDatagramChannel(family);
            case IO_URING -> new IoUringDatagramChannel(family);
            case NIO -> new NioDatagramChannel(family);
        };
    }

    /** Returns a new TCP listener of one family in the calling thread's namespace, not registered yet. */
    public ServerChannel newListener(SocketProtocolFamily family) {
        return switch (this) {
            case EPOLL -> new EpollServerSocketChannel(family);
            // Has no constructor for it; takes IPv4 addresses too.
            case IO_URING -> new IoUringServerSocketChannel();
            case NIO -> new NioServerSocketChannel(SelectorProvider.provider(), family);
        };
    }

    private ServerChannel newListener() {
        return switch (this) {
            case EPOLL -> new EpollServerSocketChannel();
            case IO_URING -> new IoUringServerSocketChannel();
            case NIO -> new NioServerSocketChannel();
        };
    }

    /** Sets one option of a bootstrap. */
    private interface Options {
        <T> Object set(ChannelOption<T> option, T value);
    }

    private void keepalive(Options options, Keepalive keepalive) {
        if (keepalive.enabled()) {
            options.set(ChannelOption.SO_KEEPALIVE, true);
            switch (this) {
                case EPOLL -> {
                    options.set(EpollChannelOption.TCP_KEEPIDLE, keepalive.idleSeconds());
                    options.set(EpollChannelOption.TCP_KEEPINTVL, keepalive.intervalSeconds());
                    options.set(EpollChannelOption.TCP_KEEPCNT, keepalive.kernelProbes());
                }
                case IO_URING -> {
                    options.set(IoUringChannelOption.TCP_KEEPIDLE, keepalive.idleSeconds());
                    options.set(IoUringChannelOption.TCP_KEEPINTVL, keepalive.intervalSeconds());
                    options.set(IoUringChannelOption.TCP_KEEPCNT, keepalive.kernelProbes());
                }
                case NIO -> {
                    options.set(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), keepalive.idleSeconds());
                    options.set(
                            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), keepalive.intervalSeconds());
                    options.set(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), keepalive.kernelProbes());
                }
            }
        }
        if (keepalive.userTimeout()) {
            switch (this) {
                case EPOLL -> options.set(EpollChannelOption.TCP_USER_TIMEOUT, keepalive.userTimeoutMillis());
                case IO_URING -> options.set(IoUringChannelOption.TCP_USER_TIMEOUT, keepalive.userTimeoutMillis());
                case NIO -> {
                    // The JDK has no such option.
                }
            }
        }
    }
}
