package mesh.ambit.istiod.app;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import mesh.ambit.istiod.push.CallExecutors;
import mesh.ambit.istiod.push.FirstWord;
import mesh.ambit.linux.OpenFiles;
import mesh.ambit.relay.Transport;
import mesh.ambit.telemetry.Addresses;
import mesh.ambit.tls.PortTls;
import mesh.ambit.tls.TlsProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port of node proxies: TLS, gRPC, limits. Has its own threads for the sockets; calls run on virtual threads. */
final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private static final long CLIENT_PING_SECONDS = 10;

    /** How long a connection that was asked to be made anew may go on. */
    private static final long ROTATION_GRACE_SECONDS = 10;

    /** How long a connection may be open without a call: nodes hold their stream, strangers hold nothing. */
    private static final long MAX_IDLE_SECONDS = 300;

    private static final long GRACE_MILLIS = 1_000;

    /** After the last connection: what calls have just written is still taken, and given up with its buffers. */
    private static final long QUIET_MILLIS = 50;

    /** Handshakes and encryption of all nodes; what is said is computed elsewhere. */
    private static final int MAX_SOCKET_THREADS = 4;

    /**
     * What a client may send ahead of being read: little, since hundreds may wait with a list of all that they hold. Fixed,
     * because a window that adapts costs a ping for each acknowledgement of a client.
     */
    private static final int WINDOW_BYTES = 1 << 16;

    private final Server server;
    private final EventLoopGroup sockets;
    private final ExecutorService calls;
    private final Runnable endStreams;
    private final @Nullable PortTls tls;

    private ControlServer(
            Server server, EventLoopGroup sockets, ExecutorService calls, Runnable endStreams, @Nullable PortTls tls) {
        this.server = server;
        this.tls = tls;
        this.sockets = sockets;
        this.calls = calls;
        this.endStreams = endStreams;
    }

    /**
     * Begins to listen.
     *
     * @param keys key and certificate that the port shows, asked for at each handshake
     * @param clients judges client certificates at each handshake; clients without one get through to {@code gates}
     * @param gates judge every call, the first one first
     * @param endStreams at the end, ends the calls that would go on for ever
     * @param refused is run for each connection that is one too many
     * @throws IOException naming the address that is not available
     */
    static ControlServer start(
            InetSocketAddress address,
            X509ExtendedKeyManager keys,
            X509ExtendedTrustManager clients,
            List<ServerInterceptor> gates,
            List<BindableService> services,
            Runnable endStreams,
            Runnable refused,
            DiscoverySettings settings)
            throws IOException {
        return start(
                address,
                new PortTls(keys, clients, TlsProvider.best()),
                gates,
                services,
                endStreams,
                refused,
                settings);
    }

    /** Begins to listen without TLS; for loopback only. See the other method. */
    static ControlServer startPlaintext(
            InetSocketAddress address,
            List<ServerInterceptor> gates,
            List<BindableService> services,
            Runnable endStreams,
            Runnable refused,
            DiscoverySettings settings)
            throws IOException {
        return start(address, null, gates, services, endStreams, refused, settings);
    }

    private static ControlServer start(
            InetSocketAddress address,
            @Nullable PortTls tls,
            List<ServerInterceptor> gates,
            List<BindableService> services,
            Runnable endStreams,
            Runnable refused,
            DiscoverySettings settings)
            throws IOException {
        ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
        Executor begin = task -> run(calls, task);
        Transport transport = Transport.best();
        EventLoopGroup sockets =
                transport.group(Math.min(Runtime.getRuntime().availableProcessors(), MAX_SOCKET_THREADS), "ambit-grpc");
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address)
                .channelFactory(() -> listener(
                        transport,
                        new ConnectionBound(
                                ConnectionBound.most(settings.maxConnections(), OpenFiles.limit()), refused)))
                .bossEventLoopGroup(sockets)
                .workerEventLoopGroup(sockets)
                .executor(begin)
                .callExecutor(new CallExecutors(begin, () -> Transport.loopOfThread(sockets)))
                .addStreamTracerFactory(new FirstWord.Factory())
                .flowControlWindow(WINDOW_BYTES)
                .maxInboundMessageSize(settings.maxRequestBytes())
                .maxConcurrentCallsPerConnection(settings.maxStreams())
                .keepAliveTime(settings.keepaliveInterval().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(settings.keepaliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveTime(CLIENT_PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxConnectionIdle(MAX_IDLE_SECONDS, TimeUnit.SECONDS)
                .maxConnectionAge(settings.maxConnectionAge().toMillis(), TimeUnit.MILLISECONDS)
                .maxConnectionAgeGrace(ROTATION_GRACE_SECONDS, TimeUnit.SECONDS);
        if (tls != null) {
            builder.sslContext(tls);
        }
        // gRPC asks the one that was added last first.
        gates.reversed().forEach(builder::intercept);
        services.forEach(builder::addService);
        try {
            return new ControlServer(builder.build().start(), sockets, calls, endStreams, tls);
        } catch (IOException e) {
            if (tls != null) {
                tls.close();
            }
            calls.shutdown();
            sockets.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            throw notAvailable(address, e);
        }
    }

    private static ServerChannel listener(Transport transport, ConnectionBound bound) {
        ServerChannel listener =
                transport == Transport.EPOLL ? new EpollServerSocketChannel() : new NioServerSocketChannel();
        listener.pipeline().addLast(bound);
        return listener;
    }

    /** After the end of {@code calls} a call still hears of its own: a message that nobody takes would keep its buffers. */
    private static void run(ExecutorService calls, Runnable task) {
        try {
            calls.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("a call outlives its server", e);
            Thread.startVirtualThread(task);
        }
    }

    /** Returns {@code failure} to listen as a message that names the address and the reason at the bottom of it. */
    static IOException notAvailable(InetSocketAddress address, Exception failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new IOException("cannot listen on " + Addresses.print(address) + ": " + cause.getMessage(), failure);
    }

    /** Returns TLS for clients that need not show who they are. */
    static SslContext tls(X509ExtendedKeyManager keys) throws SSLException {
        return SslContextBuilder.forServer(keys)
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .build();
    }

    /** Returns the port that is listened on. */
    int port() {
        return server.getPort();
    }

    /** Stops listening, lets calls end for a moment, then cuts them. */
    @Override
    public void close() {
        server.shutdown();
        // Only now: a client whose stream ended before would open the next one here.
        endStreams.run();
        try {
            if (!server.awaitTermination(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
                server.shutdownNow().awaitTermination(GRACE_MILLIS, TimeUnit.MILLISECONDS);
            }
            calls.shutdownNow();
            // They write to these loops, which take nothing once they have ended.
            calls.awaitTermination(GRACE_MILLIS, TimeUnit.MILLISECONDS);
            sockets.shutdownGracefully(QUIET_MILLIS, GRACE_MILLIS, TimeUnit.MILLISECONDS)
                    .await(GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            server.shutdownNow();
            calls.shutdownNow();
            sockets.shutdownGracefully(QUIET_MILLIS, GRACE_MILLIS, TimeUnit.MILLISECONDS);
            Thread.currentThread().interrupt();
        } finally {
            if (tls != null) {
                tls.close();
            }
        }
    }
}
