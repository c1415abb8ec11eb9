package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;

import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.grpc.xds.XdsChannelCredentials;
import io.grpc.xds.XdsNameResolverProvider;
import io.grpc.xds.XdsServerBuilder;
import io.grpc.xds.XdsServerCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import mesh.ambit.testkit.Ports;

/** Stock gRPC clients with an xDS bootstrap, and servers that answer with their names. */
final class GrpcClients implements AutoCloseable {
    static final MethodDescriptor<String, String> SAY = method("Say");
    static final MethodDescriptor<String, String> SHOUT = method("Shout");

    private static final AtomicInteger SCHEMES = new AtomicInteger();
    private static final long PATIENCE_SECONDS = 60;
    private static final int THREADS = 8;

    /** The port of every server, each on an address of its own. */
    final int port;

    /** Not gRPC's own one, whose threads live from one test into the next and count what they allocate as the former's. */
    private final ThreadPoolExecutor executor =
            new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final Map<String, Server> servers = new HashMap<>();
    private final Queue<Runnable> owed = new ConcurrentLinkedQueue<>();
    private final List<XdsNameResolverProvider> resolvers = new ArrayList<>();

    GrpcClients() throws IOException {
        executor.prestartAllCoreThreads();
        port = Ports.free();
    }

    /** Waits for the threads that gRPC shares, which stay for a second after their last use. */
    static void awaitNoSharedThreads() throws InterruptedException {
        for (int i = 0; i < 1200 && Thread.getAllStackTraces().keySet().stream().anyMatch(GrpcClients::isShared); i++) {
            Thread.sleep(50);
        }
    }

    private static boolean isShared(Thread thread) {
        return thread.getName().startsWith("grpc-default-");
    }

    private static MethodDescriptor<String, String> method(String name) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("test.Echo/" + name)
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private ServerServiceDefinition answering(String name) {
        return ServerServiceDefinition.builder("test.Echo")
                .addMethod(SAY, ServerCalls.asyncUnaryCall((request, response) -> {
                    if (request.equals("later")) {
                        owed.add(() -> answer(response, name));
                        return;
                    }
                    if (request.equals("slowly")) {
                        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
                    }
                    answer(response, name);
                }))
                .addMethod(
                        SHOUT,
                        ServerCalls.asyncUnaryCall((_, response) -> answer(response, name.toUpperCase(Locale.ROOT))))
                .build();
    }

    private static void answer(StreamObserver<String> response, String text) {
        response.onNext(text);
        response.onCompleted();
    }

    /** Starts a server that answers {@code name} on {@code address}. */
    void serve(String name, String address) throws IOException {
        servers.put(
                name,
                NettyServerBuilder.forAddress(new InetSocketAddress(address, port))
                        .executor(executor)
                        .addService(answering(name))
                        .build()
                        .start());
    }

    /** Starts a server that asks the controller whom to let in; it listens once it is told. */
    Server serveByXds(String name, String address, int controllerPort) throws IOException {
        return serveByXds(name, address, bootstrap(controllerPort, "shop", name, address));
    }

    /** Starts the same with a bootstrap of its own. */
    Server serveByXds(String name, String address, Map<String, ?> bootstrap) throws IOException {
        Server server = XdsServerBuilder.forPort(port, XdsServerCredentials.create(InsecureServerCredentials.create()))
                .overrideBootstrapForTest(bootstrap)
                .executor(executor)
                .addService(answering(name))
                .build();
        servers.put(name, server);
        return server;
    }

    /** Does something while the test waits for something else. */
    <T> Future<T> meanwhile(Callable<T> action) {
        return executor.submit(action);
    }

    void stop(String name) throws InterruptedException {
        Server server = requireNonNull(servers.remove(name), name);
        server.shutdownNow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Returns what a person would put into the file that {@code GRPC_XDS_BOOTSTRAP} names. */
    static Map<String, ?> bootstrap(int controllerPort, String namespace, String pod, String address) {
        return Map.of(
                "xds_servers",
                List.of(Map.of(
                        "server_uri",
                        "127.0.0.1:" + controllerPort,
                        "channel_creds",
                        List.of(Map.of("type", "insecure")),
                        "server_features",
                        List.of("xds_v3"))),
                "node",
                Map.of(
                        "id",
                        "sidecar~" + address + "~" + pod + "." + namespace + "~" + namespace + ".svc.cluster.local",
                        "metadata",
                        Map.of("GENERATOR", "grpc", "NAMESPACE", namespace, "INSTANCE_IPS", address)),
                "server_listener_resource_name_template",
                "xds.istio.io/grpc/lds/inbound/%s");
    }

    /** Returns {@code bootstrap} with the files that {@code folder} holds for the certificates of the mesh. */
    static Map<String, ?> with(Path folder, Map<String, ?> bootstrap) {
        Map<String, Object> whole = new HashMap<>(bootstrap);
        whole.put(
                "certificate_providers",
                Map.of(
                        "default",
                        Map.of(
                                "plugin_name",
                                "file_watcher",
                                "config",
                                Map.of(
                                        "certificate_file",
                                                folder.resolve("cert-chain.pem").toString(),
                                        "private_key_file",
                                                folder.resolve("key.pem").toString(),
                                        "ca_certificate_file",
                                                folder.resolve("root-cert.pem").toString(),
                                        "refresh_interval", "1s"))));
        return whole;
    }

    /** Returns a channel of a client in {@code namespace} to {@code host}, which may have a port. */
    ManagedChannel channel(int controllerPort, String namespace, String host) {
        return channel(
                bootstrap(controllerPort, namespace, "client", "127.77.9.9"),
                host,
                InsecureChannelCredentials.create());
    }

    /** Returns a channel to {@code host} that does as the mesh says about certificates. */
    ManagedChannel secured(Map<String, ?> bootstrap, String host) {
        return channel(bootstrap, host, XdsChannelCredentials.create(InsecureChannelCredentials.create()));
    }

    private ManagedChannel channel(Map<String, ?> bootstrap, String host, ChannelCredentials credentials) {
        String scheme = "xds-test-" + SCHEMES.incrementAndGet();
        XdsNameResolverProvider resolver = XdsNameResolverProvider.createForTest(scheme, bootstrap);
        NameResolverRegistry.getDefaultRegistry().register(resolver);
        resolvers.add(resolver);
        ManagedChannel channel = Grpc.newChannelBuilder(scheme + ":///" + host, credentials)
                .executor(executor)
                .build();
        channels.add(channel);
        return channel;
    }

    /** Calls and returns the answer, waiting for the mesh if need be. */
    static String call(
            ManagedChannel channel, MethodDescriptor<String, String> method, String text, String... headers) {
        Metadata metadata = new Metadata();
        for (int i = 0; i < headers.length; i += 2) {
            metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
        }
        ClientInterceptor withHeaders = MetadataUtils.newAttachHeadersInterceptor(metadata);
        return ClientCalls.blockingUnaryCall(
                ClientInterceptors.intercept(channel, withHeaders),
                method,
                CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS),
                text);
    }

    static String say(ManagedChannel channel) {
        return call(channel, SAY, "");
    }

    /** Makes a call that is not answered before {@link #answerAll}. */
    static Future<String> answeredLater(ManagedChannel channel) {
        return ClientCalls.futureUnaryCall(channel.newCall(SAY, CallOptions.DEFAULT), "later");
    }

    /** Returns how many calls wait for {@link #answerAll}. */
    int owed() {
        return owed.size();
    }

    void answerAll() {
        for (Runnable answer = owed.poll(); answer != null; answer = owed.poll()) {
            answer.run();
        }
    }

    /** Returns with which status a call ends that fails. */
    static Status failure(
            ManagedChannel channel, MethodDescriptor<String, String> method, String text, String... headers) {
        try {
            return Status.OK.withDescription(call(channel, method, text, headers));
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
    }

    /** Returns who answered how many of so many calls. */
    static Map<String, Integer> tally(ManagedChannel channel, int calls) {
        Map<String, Integer> tally = new TreeMap<>();
        for (int i = 0; i < calls; i++) {
            tally.merge(say(channel), 1, Integer::sum);
        }
        return tally;
    }

    @Override
    public void close() {
        try {
            for (ManagedChannel channel : channels) {
                channel.shutdownNow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            for (Server server : servers.values()) {
                server.shutdownNow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdown();
        resolvers.forEach(resolver -> NameResolverRegistry.getDefaultRegistry().deregister(resolver));
    }
}
