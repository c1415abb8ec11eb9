package mesh.ambit.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A small HTTP/1.1 server for people and probes: one thread of its own, never that of a data path.
 *
 * <p>Heads are limited to 8 KiB and must arrive within 2 s; an unknown path is an empty 404. Of {@value #MAX_CONNECTIONS}
 * connections the oldest makes room for the next: who may come is everybody, and a probe has to be answered.
 */
public final class HttpServer implements AutoCloseable {
    /** Many times what probes and scrapers open, and little beside the descriptors and the memory of a node proxy. */
    static final int MAX_CONNECTIONS = 500;

    private static final int MAX_REQUEST_LINE_BYTES = 4 * 1024;
    private static final int MAX_HEAD_BYTES = 8 * 1024;
    private static final int MAX_CHUNK_BYTES = 8 * 1024;

    /** People and probes come again; the reference does not wait for them. Programs keep what was costly to set up. */
    private static final long TLS_IDLE_SECONDS = 60;

    private final EventLoopGroup loop;
    private final List<InetSocketAddress> addresses = new ArrayList<>();

    private HttpServer(EventLoopGroup loop) {
        this.loop = loop;
    }

    /**
     * Begins to listen on every address of {@code on}.
     *
     * @param name of the thread
     * @param on port 0 takes any free port; an unspecified IPv6 address listens on both families
     * @param routes exact path to route; none of them reads a body
     * @return the server once it listens; fails with an {@link IOException} that names the address that is not available
     */
    public static CompletionStage<HttpServer> start(
            String name, List<InetSocketAddress> on, Map<String, HttpRoute> routes) {
        return start(name, on, new Pipeline(Map.copyOf(routes), null, 0));
    }

    /**
     * Like the other, over TLS, for programs that send something.
     *
     * @param maxBodyBytes clients that send more are refused
     */
    public static CompletionStage<HttpServer> startTls(
            String name, List<InetSocketAddress> on, Map<String, HttpRoute> routes, SslContext tls, int maxBodyBytes) {
        return start(name, on, new Pipeline(Map.copyOf(routes), tls, maxBodyBytes));
    }

    private static CompletionStage<HttpServer> start(String name, List<InetSocketAddress> on, Pipeline pipeline) {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("ambit-" + name, true), NioIoHandler.newFactory());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(pipeline);
        HttpServer server = new HttpServer(loop);
        List<CompletableFuture<Void>> bound = new ArrayList<>();
        for (InetSocketAddress address : on) {
            bound.add(server.listen(bootstrap, address));
        }
        CompletableFuture<HttpServer> started = new CompletableFuture<>();
        CompletableFuture.allOf(bound.toArray(CompletableFuture<?>[]::new)).whenComplete((done, failure) -> {
            if (failure == null) {
                started.complete(server);
            } else {
                server.close();
                Throwable cause = failure.getCause();
                started.completeExceptionally(cause != null ? cause : failure);
            }
        });
        return started;
    }

    /** Returns the addresses listened on, with their actual ports, in the order in which they were given. */
    public List<InetSocketAddress> addresses() {
        synchronized (addresses) {
            return List.copyOf(addresses);
        }
    }

    /** Returns the actual port of the first address. */
    public int port() {
        return addresses().getFirst().getPort();
    }

    /** Stops listening and cuts what is open; returns at once. */
    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private CompletableFuture<Void> listen(ServerBootstrap bootstrap, InetSocketAddress address) {
        CompletableFuture<Void> bound = new CompletableFuture<>();
        // An address of IPv4 gets a socket of IPv4, as whoever lists sockets expects.
        SocketProtocolFamily family = address.getAddress() instanceof Inet4Address ? SocketProtocolFamily.INET : null;
        ChannelFuture future = bootstrap
                .clone()
                .channelFactory(() -> new NioServerSocketChannel(SelectorProvider.provider(), family))
                .bind(address);
        future.addListener(done -> {
            if (done.isSuccess()) {
                Channel channel = future.channel();
                synchronized (addresses) {
                    addresses.add((InetSocketAddress) channel.localAddress());
                }
                bound.complete(null);
            } else {
                bound.completeExceptionally(new IOException(
                        "cannot listen on " + address + ": " + done.cause().getMessage(), done.cause()));
            }
        });
        return bound;
    }

    private static final class Pipeline extends ChannelInitializer<SocketChannel> {
        private final Map<String, HttpRoute> routes;
        private final @Nullable SslContext tls;
        private final int maxBodyBytes;

        /** The oldest first. Used on the server's one thread. */
        private final LinkedHashSet<Channel> open = new LinkedHashSet<>();

        Pipeline(Map<String, HttpRoute> routes, @Nullable SslContext tls, int maxBodyBytes) {
            this.routes = routes;
            this.tls = tls;
            this.maxBodyBytes = maxBodyBytes;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            if (open.size() >= MAX_CONNECTIONS) {
                open.removeFirst().close();
            }
            open.add(channel);
            channel.closeFuture().addListener(_ -> open.remove(channel));
            if (tls != null) {
                channel.pipeline().addLast(tls.newHandler(channel.alloc()));
            }
            HttpDecoderConfig heads = new HttpDecoderConfig()
                    .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
                    .setMaxHeaderSize(MAX_HEAD_BYTES)
                    .setMaxChunkSize(MAX_CHUNK_BYTES)
                    .setAllowDuplicateContentLengths(true)
                    .setStrictLineParsing(false);
            channel.pipeline()
                    .addLast(new HeadTimeout(tls == null ? HeadTimeout.REQUEST_SECONDS : TLS_IDLE_SECONDS))
                    .addLast(tls == null ? new RequestCodec(heads) : new HttpServerCodec(heads))
                    .addLast(new PageCompressor())
                    .addLast(tls == null ? new HeadsOnly() : new HttpObjectAggregator(maxBodyBytes))
                    // Keeps what came in the same packet as a request that waits for its answer.
                    .addLast(new FlowControlHandler())
                    .addLast(new HttpRouter(routes));
        }
    }
}
