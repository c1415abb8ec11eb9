package mesh.ambit.istiod.push;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Authentication;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.istiod.issuer.CallerInterceptor;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import mesh.ambit.relay.Transport;

/** The discovery service on a loopback port without TLS; every token proves {@code istio-system/ztunnel}. */
final class PlainServer implements AutoCloseable {
    private static final CallerIdentity ZTUNNEL =
            new CallerIdentity(new SpiffeId("cluster.local", "istio-system", "ztunnel"), null);

    /** Stays what it is: a client library that may widen its window takes megabytes for a program that reads nothing. */
    private static final int DEAF_WINDOW = 65_535;

    final PushHub hub;
    final ManagedChannel channel;

    /** Of those who read nothing, so that what they leave in the window of the connection is nobody else's. */
    private final ManagedChannel deafChannel;

    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

    /** Of our own, so that no thread of one test class works on into the next. */
    private final EventLoopGroup sockets = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    private final Server server;

    PlainServer(int streamsPerSecond) throws IOException {
        this(streamsPerSecond, StreamLimits.DEFAULT, PushMetrics.NONE);
    }

    PlainServer(int streamsPerSecond, StreamLimits limits, PushMetrics metrics) throws IOException {
        hub = new PushHub(workers, 2, InstantSource.system(), metrics, limits);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .executor(workers)
                .callExecutor(new CallExecutors(workers, () -> Transport.loopOfThread(sockets)))
                .addStreamTracerFactory(new FirstWord.Factory())
                .channelType(NioServerSocketChannel.class)
                // A crowd of thousands takes a slow machine a while to greet.
                .handshakeTimeout(10, TimeUnit.MINUTES)
                .bossEventLoopGroup(sockets)
                .workerEventLoopGroup(sockets)
                .intercept(new CallerInterceptor(
                        token -> new Authentication.Accepted(ZTUNNEL), () -> "cluster.local", () -> {}))
                .intercept(new AdmissionInterceptor(streamsPerSecond))
                .addService(new DiscoveryService(
                        hub,
                        new DebugAnswers("istio-system", Set.of(), "replica", "v", hub::status, name -> "page " + name),
                        CallerInterceptor::caller))
                .build()
                .start();
        channel = connection().build();
        deafChannel = connection().flowControlWindow(DEAF_WINDOW).build();
    }

    private NettyChannelBuilder connection() {
        return NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
                .channelType(NioSocketChannel.class)
                .eventLoopGroup(sockets)
                .executor(workers)
                .usePlaintext();
    }

    /** Makes these the mesh. */
    boolean publish(Collection<? extends MeshResource> resources, Collection<Policy> policies) {
        return hub.publish(resources, policies, System.nanoTime());
    }

    int port() {
        return server.getPort();
    }

    AdsClient client(String nodeName) {
        return new AdsClient(channel, "anything", "istio-system", nodeName);
    }

    /** Returns one that reads nothing unless it is told to. */
    AdsClient deafClient(String nodeName) {
        return new AdsClient(deafChannel, "anything", "istio-system", nodeName, false);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        deafChannel.shutdownNow();
        server.shutdownNow();
        try {
            channel.awaitTermination(60, TimeUnit.SECONDS);
            deafChannel.awaitTermination(60, TimeUnit.SECONDS);
            server.awaitTermination(60, TimeUnit.SECONDS);
            // They write to these loops, which take nothing once they have ended.
            workers.shutdownNow();
            workers.awaitTermination(60, TimeUnit.SECONDS);
            sockets.shutdownGracefully(20, 5_000, TimeUnit.MILLISECONDS).await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
