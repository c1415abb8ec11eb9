package mesh.ambit.ztunnel.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.model.Workload;
import mesh.ambit.relay.Transport;
import mesh.ambit.telemetry.Metrics;
import mesh.ambit.telemetry.OnDemandDnsMetrics;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SystemHostResolverIT {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress V4 = InetAddress.ofLiteral("192.0.2.7");
    private static final InetAddress V6 = InetAddress.ofLiteral("2001:db8::7");
    private static final Workload CLIENT = Workload.builder("c//Pod/ns/client")
            .name("client")
            .namespace("ns")
            .workloadName("client-deployment")
            .build();

    private final Metrics metrics = Metrics.of("test", "");
    private final EventLoopGroup group = Transport.best().group(1, "test-caller");
    private final EventLoop caller = group.next();

    @AfterEach
    void end() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        Await.until("the caller's loop has ended", group::isTerminated);
        metrics.close();
    }

    @Test
    void bothFamiliesComeFromOneLookupAndThenFromTheCache() throws Exception {
        AtomicBoolean moved = new AtomicBoolean();
        try (FakeNameServer server = server(asked -> FakeNameServer.reply(
                        asked, 0, 60, moved.get() ? LOOPBACK : asked.type() == FakeNameServer.A ? V4 : V6));
                HostResolver resolver = resolver(server, true, "")) {
            assertThat(ask(resolver, "db.example.com")).containsExactlyInAnyOrder(V4, V6);
            moved.set(true);
            assertThat(ask(resolver, "db.example.com")).as("not asked anew").containsExactlyInAnyOrder(V4, V6);
            // A busy machine may ask more than once for each.

            assertThat(server.asked())
                    .extracting(FakeNameServer.Asked::type)
                    .containsOnly(FakeNameServer.A, FakeNameServer.AAAA);
        }
        assertThat(metrics.page("").body())
                .containsPattern("istio_on_demand_dns_total\\{[^}]*hostname=\"db.example.com\""
                        + "[^}]*source_workload=\"client-deployment\"[^}]*} 2.0");
    }

    @Test
    void withoutIpv6OnlyAIsAsked() throws Exception {
        try (FakeNameServer server = server(asked -> FakeNameServer.reply(asked, 0, 60, V4));
                HostResolver resolver = resolver(server, false, "")) {
            assertThat(ask(resolver, "db.example.com")).containsExactly(V4);

            assertThat(server.asked()).extracting(FakeNameServer.Asked::type).containsOnly(FakeNameServer.A);
        }
    }

    @Test
    void searchListIsTriedAfterTheNameItself() throws Exception {
        try (FakeNameServer server = server(asked -> FakeNameServer.reply(asked, 3, 0));
                HostResolver resolver = resolver(server, false, "search lab.test\n")) {
            assertThatThrownBy(() -> ask(resolver, "nosuch.example")).hasMessageContaining("nosuch.example");

            assertThat(server.asked().stream().map(FakeNameServer.Asked::name).distinct())
                    .containsExactly("nosuch.example", "nosuch.example.lab.test");
        }
    }

    @Test
    void lostQuestionIsAskedAgain() throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (FakeNameServer server =
                        server(asked -> count.getAndIncrement() == 0 ? null : FakeNameServer.reply(asked, 0, 60, V4));
                HostResolver resolver = resolver(server, false, "options timeout:1\n")) {
            assertThat(ask(resolver, "db.example.com")).containsExactly(V4);

            assertThat(server.asked()).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void hostsFileAndLiteralsAreNotAskedFor() throws Exception {
        try (FakeNameServer server = server(asked -> FakeNameServer.reply(asked, 3, 0));
                HostResolver resolver = resolver(server, true, "")) {
            assertThat(ask(resolver, "in-hosts-file")).containsExactly(V6);
            assertThat(ask(resolver, "192.0.2.7")).containsExactly(V4);

            assertThat(server.asked()).extracting(FakeNameServer.Asked::type).doesNotContain(FakeNameServer.AAAA);
        }
    }

    @Test
    void shortNamesAreTriedInTheSearchListFirst() {
        assertThat(SystemHostResolver.names("Db.ns", List.of("ns.svc.cluster.local", "svc.cluster.local"), 5))
                .extracting(DnsName::toString)
                .containsExactly("db.ns.ns.svc.cluster.local.", "db.ns.svc.cluster.local.", "db.ns.");
        assertThat(SystemHostResolver.names("db.ns.", List.of("svc.cluster.local"), 5))
                .extracting(DnsName::toString)
                .containsExactly("db.ns.");
        assertThat(SystemHostResolver.names("a..b", List.of("x"), 1)).isEmpty();
    }

    @Test
    void questionsUnderWayFailWhenTheResolverIsClosed() throws Exception {
        try (FakeNameServer server = server(asked -> null)) {
            HostResolver resolver = resolver(server, false, "options timeout:30\n");
            Future<List<InetAddress>> asked = resolver.resolve(CLIENT, "db.example.com", caller);
            Await.until("the name server is asked", () -> !server.asked().isEmpty());

            resolver.close();

            assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(asked.cause()).hasMessageContaining("db.example.com: shutting down");
        }
    }

    @Test
    void closedResolverFailsQuestions() throws Exception {
        try (FakeNameServer server = server(asked -> FakeNameServer.reply(asked, 0, 60, V4))) {
            HostResolver resolver = resolver(server, false, "");
            resolver.close();
            assertThatThrownBy(() -> ask(resolver, "db.example.com")).isInstanceOf(Exception.class);
        }
    }

    @Test
    void addressOfTheSameFamilyIsPreferred() {
        assertThat(HostResolver.pick(List.of(V6, V4), LOOPBACK, new Random(1))).isEqualTo(V4);
        assertThat(HostResolver.pick(List.of(V6), LOOPBACK, new Random(1))).isEqualTo(V6);
        assertThat(HostResolver.pick(List.of(V6, V4), V6, new Random(1))).isEqualTo(V6);
    }

    private HostResolver resolver(FakeNameServer server, boolean ipv6, String conf) {
        return new SystemHostResolver(
                Transport.best(),
                () -> ResolvConf.parse("nameserver 127.0.0.1\n" + conf),
                name -> name.equals("in-hosts-file") ? List.of(V6) : List.of(),
                server.port(),
                ipv6,
                new OnDemandDnsMetrics(metrics));
    }

    private static FakeNameServer server(FakeNameServer.Answers answers) throws Exception {
        return new FakeNameServer(LOOPBACK, 0, answers);
    }

    private List<InetAddress> ask(HostResolver resolver, String name) throws Exception {
        CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        resolver.resolve(CLIENT, name, caller).addListener((Future<List<InetAddress>> done) -> {
            assertThat(caller.inEventLoop()).isTrue();
            if (done.isSuccess()) {
                answer.complete(done.getNow());
            } else {
                answer.completeExceptionally(done.cause());
            }
        });
        return answer.get(Duration.ofSeconds(60).toMillis(), TimeUnit.MILLISECONDS);
    }
}
