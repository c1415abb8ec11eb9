package mesh.ambit.perf.lab;

import io.grpc.Server;
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
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mesh.ambit.model.MeshResource;
import mesh.ambit.perf.lab.LabNet.Place;
import mesh.ambit.policy.Policy;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * As much of a control plane as ztunnels need: configuration over delta ADS, and certificates. One for all ztunnels of a
 * run, so that none has a better one.
 */
final class ControlPlane implements AutoCloseable {
    private static final int PORT = 15012;
    private static final int PERMITTED_PING_SECONDS = 1;

    private final BenchAuthority authority;
    private final MeshFeed feed = new MeshFeed();
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("bench-control-plane", true), NioIoHandler.newFactory());
    private final Server server;
    private final Map<String, String> environment;

    /** Begins to listen in {@code place}; writes what clients need into {@code folder}. */
    ControlPlane(Place place, Path folder, BenchAuthority authority) throws IOException {
        this.authority = authority;
        String address = place.address().getHostAddress();
        BenchAuthority.Leaf leaf = authority.leaf(
                new GeneralName(GeneralName.iPAddress, address),
                new GeneralName(GeneralName.dNSName, "istiod.istio-system.svc"));
        // The JDK's TLS asks for nothing that would have to be released.
        SslContextBuilder tls = GrpcSslContexts.configure(
                SslContextBuilder.forServer(leaf.keys().getPrivate(), leaf.certificate(), authority.root()),
                SslProvider.JDK);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(place.address(), PORT))
                .channelFactory(() -> place.namespace().call(NioServerSocketChannel::new))
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .sslContext(tls.build())
                .permitKeepAliveTime(PERMITTED_PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addService(feed)
                .addService(new Signer(authority))
                .build()
                .start();
        Path root = folder.resolve("root-cert.pem");
        Files.writeString(root, BenchAuthority.pem(authority.root()));
        Path token = folder.resolve("token");
        Files.writeString(token, "bench");
        String url = "https://" + address + ":" + PORT;
        environment = Map.of(
                "XDS_ADDRESS", url,
                "CA_ADDRESS", url,
                "XDS_ROOT_CA", root.toString(),
                "CA_ROOT_CA", root.toString(),
                "AUTH_TOKEN", token.toString());
    }

    /** Returns what a ztunnel has to find in its environment, under upstream's names. */
    Map<String, String> environment() {
        return environment;
    }

    BenchAuthority authority() {
        return authority;
    }

    /** Puts these workloads and services in force beside those there are. */
    void update(List<? extends MeshResource> resources) {
        feed.update(resources);
    }

    /** As {@link #update(List)}, but only the ztunnels with these addresses are told at once. */
    void update(List<? extends MeshResource> resources, Set<String> instances) {
        feed.update(resources, instances);
    }

    /** Puts a policy in force. */
    void enforce(Policy policy) {
        feed.enforce(policy);
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
