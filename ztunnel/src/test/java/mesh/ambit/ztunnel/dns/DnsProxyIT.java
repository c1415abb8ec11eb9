package mesh.ambit.ztunnel.dns;

import static mesh.ambit.ztunnel.dns.Asker.addresses;
import static mesh.ambit.ztunnel.dns.Asker.count;
import static mesh.ambit.ztunnel.dns.Asker.flags;
import static mesh.ambit.ztunnel.dns.Asker.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The proxy in a pod's namespace, a name server in another one. */
@Tag("netns")
class DnsProxyIT {
    private static final InetAddress ANSWER = InetAddress.ofLiteral("192.0.2.7");
    private static final InetSocketAddress IPV4 = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 15053);
    private static final InetSocketAddress IPV6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 15053);
    private static final WorkloadInfo CLIENT = new WorkloadInfo("client", "ns1", "client");
    private static final int MARK = 1337;

    @RegisterExtension
    final NetnsLab lab = new NetnsLab();

    private final Transport transport = Transport.best();
    private final EventLoopGroup group = transport.group(1, "test-dns");
    private final MeshView mesh = new MeshView();
    private final Metrics metrics = Metrics.of("test", "");
    private final DnsMetrics dnsMetrics = DnsMetrics.on(metrics);
    private final LocalWorkload local = new LocalWorkload(mesh, CLIENT, null, Duration.ofMillis(200));
    private final List<DnsProxy> proxies = new ArrayList<>();
    private LabNamespace pod = placeholder();
    private LabNamespace outside = placeholder();
    private Asker asker = new Asker(pod);

    @BeforeEach
    void begin() {
        pod = lab.pod("client");
        outside = lab.pod("outside");
        asker = new Asker(pod);
        publish();
    }

    @AfterEach
    void end() {
        proxies.forEach(DnsProxy::close);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        Await.until("the loop has ended", group::isTerminated);
        local.close();
        metrics.close();
    }

    @Test
    void meshNamesAreAnsweredOnBothLoopbacksOverUdpAndTcp() throws Exception {
        proxy("");

        for (InetSocketAddress address : List.of(IPV4, IPV6)) {
            assertThat(addresses(asker.udp(address, query("web.ns1", RecordType.A, 0))))
                    .containsExactly(InetAddress.ofLiteral("10.96.0.1"));
            assertThat(addresses(asker.tcp(address, query("web.ns1", RecordType.A, 0))
                            .getFirst()))
                    .containsExactly(InetAddress.ofLiteral("10.96.0.1"));
        }
        awaitMetric("istio_dns_requests_total\\{request_protocol=\"tcp\",request_query_type=\"a\","
                + "source_canonical_revision=\"v1\",source_canonical_service=\"shop\"} 2.0");
    }

    @Test
    void namesAreLookedUpForThePodAsItWouldBeTold() throws Exception {
        try (FakeNameServer server = nameServer(asked -> asked.name().equals("www.example.com")
                ? FakeNameServer.reply(asked, 0, 60, ANSWER)
                : FakeNameServer.reply(asked, Messages.NXDOMAIN, 0))) {
            DnsProxy proxy = proxy("");
            EventLoop loop = group.next();

            assertThat(proxy.address("web.ns1", loop).get(30, TimeUnit.SECONDS))
                    .isEqualTo(InetAddress.ofLiteral("10.96.0.1"));
            assertThat(proxy.address("www.example.com", loop).get(30, TimeUnit.SECONDS))
                    .isEqualTo(ANSWER);
            for (String nothing : List.of("10.0.0.1", "", "a..b", "nobody.example.com")) {
                assertThat(proxy.address(nothing, loop).await().cause())
                        .as(nothing)
                        .isInstanceOf(UnknownHostException.class);
            }
            assertThat(server.asked()).extracting(asked -> asked.name()).contains("www.example.com", "10.0.0.1");
        }
    }

    @Test
    void otherNamesAreForwardedFromThePodOnceAndThenRemembered() throws Exception {
        try (FakeNameServer server = nameServer(asked -> FakeNameServer.reply(asked, 0, 60, ANSWER))) {
            proxy("");

            byte[] answer = asker.udp(IPV4, query("WWW.Example.com", RecordType.A, 0));
            asker.udp(IPV4, query("www.example.com", RecordType.A, 0));

            assertThat(addresses(answer)).containsExactly(ANSWER);
            assertThat(flags(answer)).as("response, RD, RA").isEqualTo(0x8180);
            assertThat(server.asked()).singleElement().satisfies(asked -> {
                assertThat(asked.name()).isEqualTo("www.example.com");
                assertThat(asked.from()).isEqualTo(pod.ipv4());
                assertThat(asked.packet()).as("without OPT").hasSize(12 + 17 + 4);
            });
            awaitMetric("istio_dns_upstream_requests_total\\{[^}]*} 2.0");
            awaitMetric("istio_dns_upstream_request_duration_seconds_bucket\\{[^}]*le=\"5.0\"} 2");
            assertThat(metrics.page("").body()).doesNotContain("istio_dns_upstream_failures_total");
        }
    }

    @Test
    void nothingIsForwardedAsNothing() throws Exception {
        try (FakeNameServer server = nameServer(asked -> FakeNameServer.reply(asked, Messages.NXDOMAIN, 0))) {
            proxy("");

            byte[] answer = asker.udp(IPV4, query("no.example.com", RecordType.A, 1232));
            asker.udp(IPV4, query("no.example.com", RecordType.A, 0));

            assertThat(flags(answer)).isEqualTo(0x8183);
            assertThat(answer).as("no OPT, no SOA").hasSize(12 + 16 + 4);
            assertThat(server.asked()).as("without SOA it is not kept").hasSize(2);
            awaitMetric("istio_dns_upstream_failures_total\\{[^}]*} 2.0");
        }
    }

    @Test
    void silentServerIsAskedThriceAndGivenUp() throws Exception {
        try (FakeNameServer server = nameServer(_ -> null)) {
            proxy("");

            byte[] answer = asker.udp(IPV4, query("slow.example.com", RecordType.A, 0));

            assertThat(NameServers.PATIENCE).as("before its client gives up").isLessThan(Duration.ofSeconds(5));
            assertThat(flags(answer)).isEqualTo(0x8182);
            Await.until(
                    "the server has seen the last of them", () -> server.asked().size() >= 3);
            assertThat(server.asked()).hasSize(3);
        }
    }

    @Test
    void serverThatFailsIsAskedThriceAtOnce() throws Exception {
        try (FakeNameServer server = nameServer(asked -> FakeNameServer.reply(asked, Messages.SERVFAIL, 0))) {
            proxy("");

            assertThat(flags(asker.udp(IPV4, query("bad.example.com", RecordType.A, 0))))
                    .isEqualTo(0x8182);
            assertThat(server.asked()).hasSize(3);
        }
    }

    @Test
    void truncatedReplyIsFetchedOverTcp() throws Exception {
        try (FakeNameServer server = nameServer(asked -> {
            byte[] reply = FakeNameServer.reply(asked, 0, 60, ANSWER);
            reply[2] |= (byte) (asked.tcp() ? 0 : 2);
            return reply;
        })) {
            proxy("");

            assertThat(addresses(asker.udp(IPV4, query("big.example.com", RecordType.A, 0))))
                    .containsExactly(ANSWER);
            assertThat(server.asked()).extracting(FakeNameServer.Asked::tcp).containsExactly(false, true);
        }
    }

    @Test
    void truncatedReplyThatIsRepeatedCostsOneConnection() throws Exception {
        try (FakeNameServer server = nameServer(asked -> {
            byte[] reply = FakeNameServer.reply(asked, 0, 60, ANSWER);
            reply[2] |= 2;
            return asked.tcp() ? null : reply;
        })) {
            server.copies = 20;
            proxy("");

            assertThat(flags(asker.udp(IPV4, query("big.example.com", RecordType.A, 0))))
                    .as("SERVFAIL")
                    .isEqualTo(0x8182);
            long overTcp =
                    server.asked().stream().filter(FakeNameServer.Asked::tcp).count();
            assertThat(overTcp).isPositive().isLessThanOrEqualTo(server.asked().size() - overTcp);
        }
    }

    @Test
    void aliasIsFollowedToWhatIsRememberedOfItsTarget() throws Exception {
        DnsName target = Objects.requireNonNull(DnsName.tryParse("www.example.com"));
        try (FakeNameServer server = nameServer(asked -> asked.name().startsWith("alias")
                ? FakeNameServer.alias(asked, target.wire())
                : FakeNameServer.reply(asked, 0, 60, ANSWER))) {
            proxy("");

            asker.udp(IPV4, query("www.example.com", RecordType.A, 0));
            byte[] answer = asker.udp(IPV4, query("alias.example.com", RecordType.A, 0));

            assertThat(DnsReply.read(Unpooled.wrappedBuffer(answer)).answers())
                    .extracting(DnsRecord::type)
                    .containsExactly(RecordType.CNAME, RecordType.A);
            assertThat(server.asked())
                    .extracting(FakeNameServer.Asked::name)
                    .containsExactly("www.example.com", "alias.example.com");
        }
    }

    @Test
    void longAnswersAreCutToWhatTheClientTakes() throws Exception {
        proxy("");

        byte[] plain = asker.udp(IPV4, query("many.ns1.svc.cluster.local", RecordType.A, 0));
        byte[] edns = asker.udp(IPV4, query("many.ns1.svc.cluster.local", RecordType.A, 1232));
        byte[] whole = asker.tcp(IPV4, query("many.ns1.svc.cluster.local", RecordType.A, 0))
                .getFirst();

        assertThat(plain.length).isBetween(400, 512);
        assertThat(flags(plain)).as("AA, TC").isEqualTo(0x8780);
        assertThat(edns.length).isBetween(1100, 1232);
        assertThat(count(edns)).isBetween(70, 75);
        assertThat(count(whole)).isEqualTo(300);
        assertThat(flags(whole)).isEqualTo(0x8580);
    }

    @Test
    void whatIsNoQuestionGetsNoAnswerOrAnError() throws Exception {
        proxy("");

        byte[] response = query("web", RecordType.A, 0);
        response[2] |= (byte) 0x80;
        assertThatThrownBy(() -> asker.udp(IPV4, response, 300)).isInstanceOf(SocketTimeoutException.class);
        assertThat(flags(asker.udp(IPV4, Arrays.copyOf(response, 14))))
                .as("cut off, so the bit means nothing")
                .isEqualTo(0x8181);
        byte[] notify = query("web", RecordType.A, 0);
        notify[2] = 0x20;
        assertThat(flags(asker.udp(IPV4, notify))).isEqualTo(0xa084);
        assertThat(flags(asker.udp(IPV4, Arrays.copyOf(query("web", RecordType.A, 0), 14))))
                .isEqualTo(0x8181);
        assertThatThrownBy(() -> asker.udp(IPV4, new byte[5], 300)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void severalQuestionsShareAConnectionThatTheClientHasHalfClosed() throws Exception {
        proxy("");

        List<byte[]> answers = asker.tcp(
                IPV4,
                query("web.ns1", RecordType.A, 0),
                query("web", RecordType.A, 0),
                query("web", RecordType.AAAA, 0));

        assertThat(answers).extracting(Asker::count).containsExactly(1, 1, 0);
    }

    @Test
    void podThatTheMeshDoesNotKnowIsToldSo() throws Exception {
        mesh.publish(MeshSnapshot.EMPTY);
        proxy("");

        assertThat(flags(asker.udp(IPV4, query("web", RecordType.A, 0)))).isEqualTo(0x8182);
    }

    @Test
    void capturedQuestionsGoThroughAndOurOwnAreNotCapturedAgain() throws Exception {
        try (FakeNameServer server = nameServer(asked -> FakeNameServer.reply(asked, 0, 60, ANSWER))) {
            pod.pipe("""
                table ip capture {
                  chain out {
                    type nat hook output priority -100
                    oifname != "lo" udp dport 53 meta mark != 0x539 redirect to :15053
                  }
                }
                """, "nft", "-f", "-");
            proxy("");
            InetSocketAddress anybody = new InetSocketAddress(InetAddress.ofLiteral("10.77.0.1"), 53);

            assertThat(addresses(asker.udp(anybody, query("www.example.com", RecordType.A, 0))))
                    .containsExactly(ANSWER);
            assertThat(server.asked()).hasSize(1);
        }
    }

    @Test
    void successorListensBesideUsAndTakesOver() throws Exception {
        DnsProxy old = proxy("");
        proxy("");

        old.drain().toCompletableFuture().get(30, TimeUnit.SECONDS);

        for (int i = 0; i < 10; i++) {
            assertThat(count(asker.udp(IPV4, query("web", RecordType.A, 0)))).isEqualTo(1);
            assertThat(asker.tcp(IPV4, query("web", RecordType.A, 0))).hasSize(1);
        }
    }

    private DnsProxy proxy(String conf) {
        PodSockets sockets = new PodSockets(pod.netNs(), MARK, CongestionControl.SYSTEM);
        DnsContext context = new DnsContext(
                new DnsSettings(true, null, DnsSettings.DEFAULT_PORT, "cluster.local", ""),
                true,
                transport,
                mesh,
                () -> ResolvConf.parse("nameserver " + outside.ipv4().getHostAddress() + "\n" + conf),
                null,
                _ -> List.of(),
                dnsMetrics);
        DnsProxy proxy = new DnsProxy(
                context,
                local,
                group.next(),
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
    private void awaitMetric(String pattern) {
        Pattern line = Pattern.compile(pattern);
        Await.until(
                "the metrics say " + pattern,
                () -> line.matcher(metrics.page("").body()).find());
    }

    private FakeNameServer nameServer(FakeNameServer.Answers answers) throws IOException {
        return outside.call(() -> new FakeNameServer(outside.ipv4(), 53, answers));
    }

    private void publish() {
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
        mesh.publish(MeshSnapshot.EMPTY.apply(resources, List.of()));
    }

    @SuppressWarnings({"NullAway", "DataFlowIssue"}) // Set before each test.
    private static LabNamespace placeholder() {
        return null;
    }
}
