package mesh.ambit.perf.controller;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import mesh.ambit.istiod.ambient.AmbientEngine;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshUpdate;
import mesh.ambit.istiod.push.CallExecutors;
import mesh.ambit.istiod.push.DebugAnswers;
import mesh.ambit.istiod.push.DiscoveryService;
import mesh.ambit.istiod.push.MeshDelta;
import mesh.ambit.istiod.push.PacedTrigger;
import mesh.ambit.istiod.push.PushHub;
import mesh.ambit.istiod.push.PushMetrics;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeJson;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.perf.controller.BenchPods.BenchPod;
import mesh.ambit.relay.Transport;

/**
 * The controller of the bench: engine, pacing and discovery server as they are, on objects that it makes up itself, on a
 * plaintext port of loopback. Told what to do on standard input, tells on standard output what it did and when.
 */
public final class ServedMesh {
    private static final int PODS_PER_SERVICE = 10;
    private static final int NODES = 100;

    private static final JsonFactory JSON = new JsonFactory();

    private final AmbientEngine engine = new AmbientEngine(MeshSettings.DEFAULT);
    private final PushHub hub =
            new PushHub(Executors.newVirtualThreadPerTaskExecutor(), 25, InstantSource.system(), PushMetrics.NONE);
    private final PacedTrigger pacer = new PacedTrigger(
            new PacedTrigger.Pace(Duration.ofMillis(3), Duration.ofMillis(100)), this::publish, hub::lastPush);
    private final PrintStream out;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<KubeObject> put = new ArrayList<>();
    private final List<ObjectKey> gone = new ArrayList<>();
    private final BenchPods pods;

    private ServedMesh(PrintStream out, BenchPods pods) {
        this.out = out;
        this.pods = pods;
    }

    /** Serves a mesh of as many pods as the first argument says. */
    public static void main(String[] arguments) throws IOException {
        BenchPods pods = new BenchPods(Integer.parseInt(arguments[0]));
        ServedMesh mesh = new ServedMesh(new PrintStream(System.out, true, StandardCharsets.UTF_8), pods);
        mesh.fill();
        mesh.serve();
        mesh.obey();
    }

    private void fill() throws IOException {
        List<KubeObject> objects = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            objects.add(parse(Kind.NODE, "{\"metadata\":{\"name\":\"node-" + node + "\"}}"));
        }
        int services = Math.max(1, pods.count() / PODS_PER_SERVICE);
        for (int service = 0; service < services; service++) {
            objects.add(parse(
                    Kind.SERVICE,
                    String.format(
                            Locale.ROOT,
                            "{\"metadata\":{\"name\":\"s-%1$d\",\"namespace\":\"bench\"},\"spec\":{\"clusterIP\":\"%2$s\","
                                    + "\"clusterIPs\":[\"%2$s\"],\"selector\":{\"app\":\"s-%1$d\"},"
                                    + "\"ports\":[{\"port\":80,\"targetPort\":8080}]}}",
                            service,
                            BenchPods.address(11, service))));
        }
        for (int index = 0; index < pods.count(); index++) {
            objects.add(pod(pods.at(index), true));
        }
        engineApply(objects, List.of(), System.nanoTime());
    }

    /** Reads an object as an API server sends it. */
    private static KubeObject parse(Kind kind, String json) throws IOException {
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            KubeJson.Item item = new KubeJson().read(parser, kind);
            KubeObject object = item.object();
            if (object == null) {
                throw new IllegalStateException(item.problems() + " in " + json);
            }
            return object;
        }
    }

    private static KubeObject pod(BenchPod pod, boolean placed) throws IOException {
        int service = pod.index() / PODS_PER_SERVICE;
        String address = pod.address();
        return parse(
                Kind.POD,
                String.format(
                        Locale.ROOT,
                        "{\"metadata\":{\"name\":\"%1$s\",\"namespace\":\"bench\",\"uid\":\"u-%1$s\",\"labels\":{\"app\":\"s-%2$d\"},"
                                + "\"annotations\":{\"ambient.istio.io/redirection\":\"enabled\"}},"
                                + "\"spec\":{\"serviceAccountName\":\"sa-%2$d\",\"nodeName\":\"node-%3$d\","
                                + "\"containers\":[{\"name\":\"main\",\"image\":\"app\"}]},\"status\":{\"phase\":\"Running\","
                                + "\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]%4$s}}",
                        pod.name(),
                        service,
                        pod.index() % NODES,
                        placed ? ",\"podIP\":\"" + address + "\",\"podIPs\":[{\"ip\":\"" + address + "\"}]" : ""));
    }

    private void serve() throws IOException {
        Transport transport = Transport.best();
        EventLoopGroup sockets = transport.group(Math.min(Runtime.getRuntime().availableProcessors(), 4), "ambit-grpc");
        ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .channelType(
                        transport == Transport.EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .bossEventLoopGroup(sockets)
                .workerEventLoopGroup(sockets)
                .executor(calls)
                .callExecutor(new CallExecutors(calls, () -> Transport.loopOfThread(sockets)))
                .flowControlWindow(1 << 16)
                .maxInboundMessageSize(256 << 20)
                .addService(new DiscoveryService(
                        hub,
                        new DebugAnswers("istio-system", Set.of(), "bench", "", hub::status, _ -> null),
                        () -> null))
                .build()
                .start();
        out.println("listening " + server.getPort());
    }

    /** Does what standard input says until it ends. */
    private void obey() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "replace" -> replace(Double.parseDouble(words[1]), Integer.parseInt(words[2]));
                case "gc" -> System.gc();
                default -> throw new IllegalArgumentException("unknown order " + line);
            }
            out.println("done");
        }
        System.exit(0);
    }

    /** Replaces {@code count} pods at {@code rate} a second: each is deleted, made anew and then given its address. */
    private void replace(double rate, int count) throws IOException {
        long interval = (long) (TimeUnit.SECONDS.toNanos(1) / rate);
        long next = System.nanoTime();
        for (int i = 0; i < count; i++) {
            BenchPods.Replacement replacement = pods.replace(i);
            change(List.of(), List.of(pod(replacement.old(), true).key()));
            change(List.of(pod(replacement.fresh(), false)), List.of());
            KubeObject placed = pod(replacement.fresh(), true);
            long changed = System.nanoTime();
            change(List.of(placed), List.of());
            out.println("added Kubernetes//Pod/bench/" + replacement.fresh().name() + " " + changed);
            next += interval;
            for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    private void change(Collection<KubeObject> present, Collection<ObjectKey> absent) {
        lock.lock();
        try {
            present.forEach(object -> gone.remove(object.key()));
            put.addAll(present);
            gone.addAll(absent);
        } finally {
            lock.unlock();
        }
        pacer.trigger();
    }

    private void publish(long changedNanos) {
        List<KubeObject> present;
        List<ObjectKey> absent;
        lock.lock();
        try {
            present = List.copyOf(put);
            absent = List.copyOf(gone);
            put.clear();
            gone.clear();
        } finally {
            lock.unlock();
        }
        engineApply(present, absent, changedNanos);
    }

    private void engineApply(List<KubeObject> present, List<ObjectKey> absent, long changedNanos) {
        MeshUpdate update = engine.apply(present, absent);
        hub.publish(
                new MeshDelta(
                        update.addresses(), update.removedAddresses(), update.policies(), update.removedPolicies()),
                changedNanos);
    }
}
