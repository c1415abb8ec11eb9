package mesh.ambit.ztunnel.app;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import mesh.ambit.config.Environment;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;
import mesh.ambit.telemetry.LogFilter;
import mesh.ambit.telemetry.LogFormat;
import mesh.ambit.telemetry.Logging;
import mesh.ambit.testkit.Await;
import mesh.ambit.testkit.FakeAds;
import mesh.ambit.testkit.FakeCa;
import mesh.ambit.testkit.LabNamespace;
import mesh.ambit.testkit.NetnsLab;
import mesh.ambit.testkit.TestAuthority;
import mesh.ambit.tls.Svid;
import mesh.ambit.ztunnel.inpod.FakeAgent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Whole daemons in this process, a fake control plane and node agent around them, pods in real namespaces. All of it ends
 * with the test.
 */
final class MeshLab implements BeforeEachCallback, AfterEachCallback {
    /** A daemon with the agent that feeds it. */
    final class Node implements AutoCloseable {
        final String name;
        final Ztunnel ztunnel;
        final CompletableFuture<Integer> ended;
        /** Null while there is no control plane. */
        final FakeAds.@Nullable Stream stream;
        /** Null for a daemon that asks for no pods. */
        final FakeAgent.@Nullable Conversation agent;

        private final FakeAgent listener;

        private Node(String name, int generation, @Nullable Path state, boolean controlled) throws IOException {
            this.name = name;
            Path socket = folder.resolve(name + generation + ".sock");
            listener = new FakeAgent(socket);
            ztunnel = new Ztunnel(
                    config(name, socket, state),
                    logging.levels(),
                    new AdminServers.Ports(0, 0, 0),
                    () -> Instant.now().plus(clockError));
            ztunnel.start();
            ended = endOf(ztunnel);
            if (controlled) {
                FakeAds.Stream opened = ads.awaitStream();
                opened.awaitRequest();
                opened.awaitRequest();
                push(opened, name);
                stream = opened;
            } else {
                stream = null;
                if (!servesFromDisk()) {
                    agent = null;
                    return;
                }
            }
            FakeAgent.Conversation talk = listener.accept();
            agent = talk;
            for (LabPod pod : pods.values()) {
                if (pod.node().equals(name)) {
                    String error = talk.add(
                            "uid-" + pod.name(), pod.info(), pod.namespace().netNs());
                    if (!error.isEmpty()) {
                        throw new AssertionError(error);
                    }
                }
            }
            talk.snapshotSent();
            Await.until("ready", ztunnel::isReady);
        }

        /** Answers names that the daemon asks for, as {@link FakeAds.Stream#answer} does. */
        List<String> answer(Map<String, ? extends MeshResource> known) {
            return Objects.requireNonNull(stream, "a control plane").answer(known);
        }

        /** Waits until the daemon's metrics say {@code text}: they may be a moment behind a log line or an answer. */
        void awaitMetric(String text) {
            Await.until("the metrics say " + text, () -> ztunnel.metricsPage().contains(text));
        }

        @Override
        public void close() throws IOException {
            ztunnel.shutdown();
            ended.join();
            if (agent != null) {
                agent.close();
            }
            listener.close();
        }
    }

    /** Completes with the exit code of {@code ztunnel}; on a thread of its own, as the JDK's may be one for all who wait. */
    static CompletableFuture<Integer> endOf(Ztunnel ztunnel) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return ztunnel.awaitEnd();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                task -> Thread.ofPlatform().daemon().name("daemon-end").start(task));
    }

    private final NetnsLab lab = new NetnsLab();
    private Path folder = Path.of("");
    private final TestAuthority authority = new TestAuthority("lab");
    private final FakeAds ads = FakeAds.start(authority);
    private final FakeCa ca = FakeCa.start(authority);
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final Logging logging = Logging.start(LogFilter.parse("info"), LogFormat.PLAIN, log);
    private final Map<String, LabPod> pods = new LinkedHashMap<>();
    private final Map<String, Workload> workloads = new LinkedHashMap<>();
    private final List<MeshResource> services = new ArrayList<>();
    private final Map<String, Policy> policies = new LinkedHashMap<>();
    private final Map<String, String> settings = new HashMap<>();
    private boolean onDemand;
    private volatile Duration clockError = Duration.ZERO;
    private final List<Node> nodes = new ArrayList<>();
    private final List<EchoApp> apps = new ArrayList<>();

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        lab.beforeEach(context);
        folder = Files.createTempDirectory("mesh-lab");
        Files.writeString(folder.resolve("root.pem"), authority.rootPem());
        revoke();
    }

    /** Returns a folder that is gone with the lab. */
    Path folder() {
        return folder;
    }

    /** Replaces the revocation list: it names every certificate of these pods, and no other. */
    void revoke(LabPod... revoked) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (LabPod pod : revoked) {
            certificates.addAll(ca.signed("spiffe://cluster.local/ns/shop/sa/" + pod.name()));
        }
        Path next = Files.writeString(folder.resolve("crl.next"), authority.revocationList(certificates));
        Files.move(next, folder.resolve("crl.pem"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Returns a certificate with which somebody who is no pod of a daemon can speak for {@code serviceAccount}. */
    Svid svid(String serviceAccount) {
        return authority.svid(SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/" + serviceAccount));
    }

    /** Has daemons that are started from now on told of their own pods only. */
    void onDemand() {
        onDemand = true;
    }

    /** Sets the clocks of all daemons, those that run among them, to what the time is and {@code error}. */
    void setClocks(Duration error) {
        clockError = error;
    }

    /** Returns how many certificates the CA has signed for a pod. */
    int certificatesOf(LabPod pod) {
        return ca.signed("spiffe://cluster.local/ns/shop/sa/" + pod.name()).size();
    }

    /** Sets a variable for daemons that are started from now on. */
    void setting(String name, String value) {
        settings.put(name, value);
    }

    /** Makes a pod, captured if it is on a node; an empty node leaves it outside the mesh. */
    LabPod pod(String name, String node) {
        return pod(name, node, lab.pod(name));
    }

    /** Makes a pod at an address that nobody has any more. */
    LabPod pod(String name, String node, InetAddress address) {
        return pod(name, node, lab.pod(name, address));
    }

    private LabPod pod(String name, String node, LabNamespace namespace) {
        LabPod pod = new LabPod(name, node, namespace);
        pods.put(name, pod);
        workloads.put(name, pod.workload().build());
        if (!node.isEmpty()) {
            Capture.of(namespace);
        }
        return pod;
    }

    /** Starts an application in a pod, which ends with the lab. */
    void app(LabPod pod, int port) throws IOException {
        apps.add(new EchoApp(pod.namespace(), port));
    }

    void service(MeshResource service) {
        services.add(service);
    }

    /** Replaces the record of a pod. */
    void record(String pod, Workload workload) {
        workloads.put(pod, workload);
        push();
    }

    /** Takes the record of a pod out of the mesh. */
    void remove(String pod) {
        Workload gone = requireNonNull(workloads.remove(pod), pod);
        for (Node node : nodes) {
            FakeAds.Stream stream = requireNonNull(node.stream, "a node that asked");
            stream.sendAddresses(List.of(), gone.uid());
            stream.awaitRequest();
        }
    }

    /** Starts a daemon for a node; a second one of the same node stands beside the first. */
    Node node(String name) throws IOException {
        return node(name, null);
    }

    /** As {@link #node(String)}, with a folder for its last good state. */
    Node node(String name, @Nullable Path state) throws IOException {
        Node node = new Node(name, nodes.size(), state, true);
        nodes.add(node);
        return node;
    }

    /** Starts a daemon that nobody but the node agent answers, and only if it asks. */
    Node nodeAlone(String name, Path state) throws IOException {
        Node node = new Node(name, nodes.size(), state, false);
        nodes.add(node);
        return node;
    }

    /** Ends control plane and CA. */
    void controllersGone() {
        ads.kill();
        ca.kill();
    }

    /** Starts the control plane again, and returns the next stream. */
    FakeAds.Stream controllerBack() {
        ads.restart();
        return ads.awaitStream();
    }

    /** Puts a policy in force on every node, and returns once it is. */
    void enforce(Policy policy) {
        policies.put(policy.key(), policy);
        push();
    }

    /** Returns the lines of the access log so far. */
    List<String> accessLog() {
        return log.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("\taccess\t"))
                .toList();
    }

    /** Returns the whole log so far. */
    String logText() {
        return log.toString(StandardCharsets.UTF_8);
    }

    private void push() {
        for (Node node : nodes) {
            FakeAds.Stream stream = node.stream;
            if (stream != null && !node.ended.isDone()) {
                push(stream, node.name);
            }
        }
    }

    private void push(FakeAds.Stream stream, String node) {
        List<MeshResource> resources = new ArrayList<>();
        workloads.values().stream()
                .filter(workload -> !onDemand || workload.node().equals(node))
                .forEach(resources::add);
        resources.addAll(services);
        stream.sendAddresses(resources);
        stream.awaitRequest();
        stream.sendPolicies(List.copyOf(policies.values()));
        stream.awaitRequest();
    }

    /** Waits until the daemon that was started last says what it makes of its disk. */
    private boolean servesFromDisk() {
        Await.until(
                "the disk is read",
                () -> logText().contains("served from disk") || logText().contains("starting without"));
        return !logText().contains("starting without");
    }

    private ZtunnelConfig config(String node, Path socket, @Nullable Path state) {
        Map<String, String> env = new HashMap<>();
        env.put("XDS_ADDRESS", ads.address().toString());
        env.put("CA_ADDRESS", ca.address().toString());
        env.put("XDS_ROOT_CA", folder.resolve("root.pem").toString());
        env.put("CA_ROOT_CA", folder.resolve("root.pem").toString());
        env.put("CRL_PATH", folder.resolve("crl.pem").toString());
        env.put("AUTH_TOKEN", "token");
        env.put("AMBIT_OUTBOUND_POLICY", "true");
        env.put("NODE_NAME", node);
        env.put("INPOD_UDS", socket.toString());
        env.put("CONNECTION_TERMINATION_DEADLINE", "120s");
        if (onDemand) {
            env.put("XDS_ON_DEMAND", "true");
            env.put("ISTIO_META_DNS_CAPTURE", "false");
        }
        if (state != null) {
            env.put("AMBIT_STATE_DIR", state.toString());
        }
        env.putAll(settings);
        return ZtunnelConfig.from(Environment.of(env), 2);
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (context.getExecutionException().isPresent()) {
            System.err.println("The daemons of the failed test said:\n" + logText());
        }
        try {
            for (EchoApp app : apps) {
                app.close();
            }
            for (Node node : nodes) {
                node.close();
            }
            ads.close();
            ca.close();
            logging.close();
        } finally {
            lab.afterEach(context);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
