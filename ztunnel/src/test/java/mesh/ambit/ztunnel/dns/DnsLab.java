package mesh.ambit.ztunnel.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import mesh.ambit.linux.CongestionControl;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.MeshView;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.relay.Transport;
import mesh.ambit.telemetry.DnsMetrics;
import mesh.ambit.telemetry.Metrics;
import mesh.ambit.testkit.Await;
import mesh.ambit.testkit.LabNamespace;
import mesh.ambit.testkit.NetnsLab;
import mesh.ambit.ztunnel.inpod.LocalWorkload;
import mesh.ambit.ztunnel.inpod.PodSockets;
import mesh.ambit.ztunnel.inpod.Transparency;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The DNS proxy in a pod's namespace, and a second namespace for the name server that it asks. Ends with the test.
 */
final class DnsLab implements BeforeEachCallback, AfterEachCallback {
    /** Where the proxy listens in the pod. */
    static final InetSocketAddress IPV4 = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 15053);

    static final InetSocketAddress IPV6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 15053);

    private static final WorkloadInfo CLIENT = new WorkloadInfo("client", "ns1", "client");
    private static final int MARK = 1337;

    private final NetnsLab namespaces = new NetnsLab();
    private final Transport transport = Transport.best();
    private final EventLoopGroup group = transport.group(1, "test-dns");
    private final MeshView mesh = new MeshView();
    private final Metrics metrics = Metrics.of("test", "");
    private final DnsMetrics dnsMetrics = DnsMetrics.on(metrics);
    private final LocalWorkload local = new LocalWorkload(mesh, CLIENT, null, Duration.ofMillis(200));
    private final List<DnsProxy> proxies = new ArrayList<>();
    private LabNamespace pod = none();
    private LabNamespace outside = none();
    private Asker asker = new Asker(pod);

    @Override
    public void beforeEach(ExtensionContext context) {
        namespaces.beforeEach(context);
        pod = namespaces.pod("client");
        outside = namespaces.pod("outside");
        asker = new Asker(pod);
        mesh.publish(known());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            proxies.forEach(DnsProxy::close);
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            Await.until("the loop has ended", group::isTerminated);
            local.close();
            metrics.close();
        } finally {
            namespaces.afterEach(context);
        }
    }

    /** Returns the pod whose questions the proxy answers. */
    LabNamespace pod() {
        return pod;
    }

    /** Returns who asks in the pod. */
    Asker asker() {
        return asker;
    }

    /** Returns the event loop of all proxies. */
    EventLoop loop() {
        return group.next();
    }

    /** Replaces the mesh, of which the proxies know at first what {@link #known} says. */
    void publish(MeshSnapshot snapshot) {
        mesh.publish(snapshot);
    }

    String metricsPage() {
        return metrics.page("").body();
    }

    /** Starts a proxy in the pod, beside those that there are. */
    DnsProxy proxy() {
        PodSockets sockets = new PodSockets(pod.netNs(), MARK, CongestionControl.SYSTEM);
        DnsContext context = new DnsContext(
                new DnsSettings(true, null, DnsSettings.DEFAULT_PORT, "cluster.local", ""),
                true,
                transport,
                mesh,
                () -> ResolvConf.parse("nameserver " + outside.ipv4().getHostAddress() + "\n"),
                null,
                _ -> List.of(),
                dnsMetrics);
        DnsProxy proxy = new DnsProxy(
                context,
                local,
                loop(),
                sockets.listening(true, new Transparency(Transparency.Wish.OFF), false),
                sockets.outgoing());
        proxies.add(proxy);
        for (InetSocketAddress address : context.settings().listeners(true)) {
            for (ChannelFuture bound : List.of(proxy.listenTcp(address), proxy.listenUdp(address))) {
                Await.until("bound", bound::isDone);
                assertThat(bound.cause()).isNull();
            }
        }
        proxy.begin();
        return proxy;
    }

    /** Waits for a line of the metrics: whoever asked may have its answer a moment before it is counted. */
    void awaitMetric(String pattern) {
        Pattern line = Pattern.compile(pattern);
        Await.until(
                "the metrics say " + pattern, () -> line.matcher(metricsPage()).find());
    }

    /** Starts the name server that the pod is configured with. */
    FakeNameServer nameServer(FakeNameServer.Answers answers) throws IOException {
        return outside.call(() -> new FakeNameServer(outside.ipv4(), 53, answers));
    }

    /** Returns the pod itself, a service of one address and one of 300 endpoints. */
    private static MeshSnapshot known() {
        List<MeshResource> resources = new ArrayList<>();
        resources.add(Workload.builder("c//Pod/ns1/client")
                .name("client")
                .namespace("ns1")
                .serviceAccount("client")
                .canonicalName("shop")
                .canonicalRevision("v1")
                .build());
        resources.add(Service.builder("ns1", "web.ns1.svc.cluster.local")
                .vips(List.of(new NetworkAddress("", InetAddress.ofLiteral("10.96.0.1"))))
                .build());
        Service many = Service.builder("ns1", "many.ns1.svc.cluster.local").build();
        resources.add(many);
        TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(many.key(), List.of());
        for (int i = 0; i < 300; i++) {
            resources.add(Workload.builder("c//Pod/ns1/many-" + i)
                    .namespace("ns1")
                    .addresses(List.of(InetAddress.ofLiteral("10.1." + (i >> 8) + "." + (i & 255))))
                    .services(services)
                    .build());
        }
        return MeshSnapshot.EMPTY.apply(resources, List.of());
    }

    @SuppressWarnings({"NullAway", "DataFlowIssue"}) // Set before each test.
    private static LabNamespace none() {
        return null;
    }
}
