package mesh.ambit.testkit;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A gRPC server with TLS on loopback that can go away and come back on the same port. */
final class GrpcServer implements AutoCloseable {
    /** What a controller's certificate says as a rule. */
    static final String[] USUAL_NAMES = {"127.0.0.1", "localhost", "istiod.istio-system.svc"};

    private static final int PERMITTED_PING_SECONDS = 5;
    private static final int MAX_CALL_MILLIS = 5_000;

    private final BindableService service;
    private final TestAuthority authority;
    private final String[] names;
    private final Queue<Metadata> calls = new ConcurrentLinkedQueue<>();
    // Not gRPC's shared loops and threads: their threads would belong to the test class that happened to be the first.
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("test-grpc-server", true), NioIoHandler.newFactory());

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            60,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new DefaultThreadFactory("test-grpc-calls", true));

    private final int port;
    private @Nullable Server server;

    GrpcServer(BindableService service, TestAuthority authority, String... names) {
        try {
            port = Ports.free();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.service = service;
        this.authority = authority;
        this.names = names.clone();
    }

    void start() {
        TestAuthority.Leaf leaf = authority.server(names);
        try {
            SslContextBuilder tls = GrpcSslContexts.configure(
                    SslContextBuilder.forServer(leaf.key(), leaf.certificate(), authority.root()),
                    // The JDK's sessions need no release.
                    SslProvider.JDK);
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .sslContext(tls.build())
                    .bossEventLoopGroup(loop)
                    .workerEventLoopGroup(loop)
                    .channelType(NioServerSocketChannel.class)
                    .executor(executor)
                    .permitKeepAliveTime(PERMITTED_PING_SECONDS, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .intercept(new Recorder())
                    .addService(service)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI address() {
        return URI.create("https://127.0.0.1:" + port);
    }

    /** Returns the metadata of every call so far. */
    Queue<Metadata> calls() {
        return calls;
    }

    /** Cuts every connection, as a process that is killed does. */
    void stop() {
        if (server == null) {
            return;
        }
        server.shutdownNow();
        try {
            if (!server.awaitTermination(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server = null;
    }

    @Override
    public void close() {
        stop();
        awaitCalls();
        // The loop first: what it still reports must find someone who takes it, or messages keep their buffers.
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        executor.shutdown();
    }

    /** What a call still says needs the loop: gRPC keeps the buffer of a message that finds it gone. */
    private void awaitCalls() {
        try {
            for (int i = 0; i < MAX_CALL_MILLIS && executor.getActiveCount() > 0; i++) {
                Thread.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Recorder implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            calls.add(headers);
            return next.startCall(call, headers);
        }
    }
}
