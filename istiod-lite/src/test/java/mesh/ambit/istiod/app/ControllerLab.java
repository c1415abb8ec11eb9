package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.push.AdsClient;
import org.jspecify.annotations.Nullable;

/** A controller with a folder and a state of its own on free ports of loopback, and clients of it. */
final class ControllerLab implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final long POLL_NANOS = 5_000_000;

    final Path folder;
    final Path state;
    private final List<ManagedChannel> channels = new ArrayList<>();

    /** Of our own like the sockets', so that no thread of one test class works on into the next. */
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();

    private final EventLoopGroup sockets = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    /** What the controller is started with, unless something else is said. */
    final Map<String, String> environment = new HashMap<>(Map.of("PILOT_DEBOUNCE_AFTER", "20ms"));

    /** Where gRPC without TLS is served; empty for nowhere. */
    String plaintext = "";

    private @Nullable IstiodLite controller;

    ControllerLab(Path directory) throws IOException {
        folder = Files.createDirectories(directory.resolve("folder"));
        state = directory.resolve("state");
    }

    /** Writes an object file; it appears whole, as editors and kubectl write. */
    void write(String name, String yaml) throws IOException {
        Path temporary = Files.writeString(folder.resolve("." + name + ".tmp"), yaml);
        Files.move(temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Starts the controller on a cluster and waits until it is ready. */
    ControllerLab start(Path kubeconfig, Map<String, String> environment) throws IOException {
        IstiodLiteOptions options = new IstiodLiteOptions();
        options.kubeconfig = kubeconfig;
        options.state = state;
        options.secureGrpcAddr = "127.0.0.1:0";
        options.httpAddr = "127.0.0.1:0";
        options.monitoringAddr = "127.0.0.1:0";
        options.httpsAddr = "127.0.0.1:0";
        controller =
                IstiodLite.start(IstiodLiteConfig.of(options, Environment.of(environment), 2), InstantSource.system());
        until("ready", () -> page("/ready").statusCode() == 200);
        return this;
    }

    /** Starts the controller and waits until it is ready; nodes {@code node-a} and {@code node-b} then have tokens. */
    ControllerLab start() throws IOException {
        return start(environment);
    }

    /** Starts the controller with other settings. */
    ControllerLab start(Map<String, String> environment) throws IOException {
        IstiodLiteOptions options = new IstiodLiteOptions();
        options.folder = folder;
        options.state = state;
        options.secureGrpcAddr = "127.0.0.1:0";
        options.httpAddr = "127.0.0.1:0";
        options.monitoringAddr = "127.0.0.1:0";
        options.nodes = List.of("node-a", "node-b");
        options.discovery.plaintextAddr = plaintext;
        IstiodLiteConfig config = IstiodLiteConfig.of(options, Environment.of(environment), 2);
        controller = IstiodLite.start(config, InstantSource.system());
        until("ready", () -> page("/ready").statusCode() == 200);
        return this;
    }

    /** Ends the controller; its state stays. */
    void stop() {
        channels.forEach(channel -> {
            channel.shutdownNow();
            try {
                channel.awaitTermination(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        channels.clear();
        if (controller != null) {
            controller.close();
            controller = null;
        }
    }

    /** Returns a channel that trusts what the controller published, as the name under which nodes know it. */
    ManagedChannel channel() throws IOException {
        return channel(null, null);
    }

    /** Returns a channel that shows a client certificate. */
    ManagedChannel channel(@Nullable File certificate, @Nullable File key) throws IOException {
        SslContextBuilder tls = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                .trustManager(state.resolve("root-cert.pem").toFile());
        if (certificate != null && key != null) {
            tls.keyManager(certificate, key);
        }
        ManagedChannel channel = NettyChannelBuilder.forAddress(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), running().grpcPort()))
                .channelType(NioSocketChannel.class)
                .eventLoopGroup(sockets)
                .executor(calls)
                .overrideAuthority("istiod.istio-system.svc")
                .sslContext(tls.build())
                .build();
        channels.add(channel);
        return channel;
    }

    /** Returns a stream of the proxy of {@code node}. */
    AdsClient proxy(String node) throws IOException {
        return new AdsClient(channel(), token(node), "istio-system", node);
    }

    String token(String node) throws IOException {
        return Files.readString(tokenFile(node));
    }

    HttpResponse<String> page(String path) {
        return page(running().httpPort(), path);
    }

    HttpResponse<String> page(int port, String path) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + port + path);
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    IstiodLite running() {
        if (controller == null) {
            throw new IllegalStateException("the controller is not running");
        }
        return controller;
    }

    static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("waiting for " + what).isNegative();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private Path tokenFile(String node) {
        return state.resolve("nodes").resolve(node).resolve("token");
    }

    @Override
    public void close() {
        stop();
        // What calls still hear comes first, and what they say to it: both hold buffers.
        calls.close();
        sockets.shutdownGracefully(20, 5_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(60, TimeUnit.SECONDS);
    }
}
