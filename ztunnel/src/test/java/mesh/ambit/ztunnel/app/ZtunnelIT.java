package mesh.ambit.ztunnel.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.StringMatch.Exact;
import mesh.ambit.policy.StringMatch.Presence;
import mesh.ambit.testkit.Await;
import mesh.ambit.ztunnel.app.MeshLab.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("netns")
class ZtunnelIT {
    private static final InetAddress VIP = InetAddress.ofLiteral("10.96.0.1");
    private static final Policy STRICT = policy(
            "strict", Match.builder().notPrincipals(List.of(new Presence())).build());
    private static final Policy NO_WEB = policy(
            "no-web",
            Match.builder()
                    .principals(List.of(new Exact("cluster.local/ns/shop/sa/web")))
                    .build());

    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private LabPod web;
    private LabPod orders;

    @BeforeEach
    void makeShop() throws IOException {
        web = mesh.pod("web", "one");
        orders = mesh.pod("orders", "two");
        mesh.app(orders, 8080);
    }

    @Test
    void connectionBetweenNodesIsTunnelledAndKeepsItsSource() throws IOException {
        mesh.node("one");
        mesh.node("two");

        assertThat(EchoApp.talk(web.namespace(), orders.address(), 8080, "ping"))
                .isEqualTo(greeting("ping"));

        Await.until("both sides have logged", () -> mesh.accessLog().size() == 2);
        assertThat(mesh.accessLog())
                .allMatch(line -> line.contains("src.identity=\"spiffe://cluster.local/ns/shop/sa/web\"")
                        && line.contains("dst.identity=\"spiffe://cluster.local/ns/shop/sa/orders\"")
                        && line.contains("dst.addr=" + orders.address().getHostAddress() + ":15008"))
                .anyMatch(line -> line.contains("direction=\"outbound\" bytes_sent=5 "))
                .anyMatch(line -> line.contains("direction=\"inbound\" bytes_sent=23 "));
    }

    @Test
    void serviceAddressLeadsToItsEndpoint() throws IOException {
        TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(new NamespacedHostname("shop", "orders.shop"), List.of());
        mesh.record("orders", orders.workload().services(services).build());
        mesh.service(Service.builder("shop", "orders.shop")
                .vips(List.of(new NetworkAddress("", VIP)))
                .ports(List.of(Port.of(80, 8080)))
                .build());
        mesh.node("one");
        mesh.node("two");

        assertThat(EchoApp.talk(web.namespace(), VIP, 80, "ping")).isEqualTo(greeting("ping"));
        assertThat(EchoApp.talk(web.namespace(), VIP, 81, "ping")).isEmpty();
        Await.until("early denial", () -> mesh.logText().contains("no healthy upstream: 10.96.0.1:81"));
    }

    @Test
    void strictModeRefusesPlaintextOnly() throws IOException {
        LabPod outsider = mesh.pod("outsider", "");
        mesh.node("one");
        mesh.node("two");
        assertThat(EchoApp.talk(outsider.namespace(), orders.address(), 8080, "ping"))
                .isEqualTo("hello " + outsider.address().getHostAddress() + ": ping\n");

        mesh.enforce(STRICT);
        Await.until(
                "the policy is told",
                () -> mesh.logText()
                        .lines()
                        .anyMatch(line -> line.matches(".*\tinfo\txds:xds\\{id=\\d+}\thandling RBAC update strict\t")));

        assertThat(EchoApp.talk(outsider.namespace(), orders.address(), 8080, "ping"))
                .isEmpty();
        assertThat(EchoApp.talk(web.namespace(), orders.address(), 8080, "ping"))
                .isEqualTo(greeting("ping"));
        Await.until(
                "denial",
                () -> mesh.logText()
                        .contains("connection closed due to policy rejection: explicitly denied by: shop/strict"));
    }

    @Test
    void policyThatDeniesAnswers401AndCutsWhatIsOpen() throws IOException {
        mesh.node("one");
        Node two = mesh.node("two");
        try (Socket open = EchoApp.dial(web.namespace(), orders.address(), 8080)) {
            assertThat(EchoApp.exchange(open, "ping")).isEqualTo(greeting("ping"));

            mesh.enforce(NO_WEB);

            assertThat(EchoApp.exchange(open, "ping")).isEmpty();
        }
        assertThat(EchoApp.talk(web.namespace(), orders.address(), 8080, "ping"))
                .isEmpty();
        Await.until("refusal", () -> mesh.logText().contains("error=\"http status: 401 Unauthorized\""));
        two.awaitMetric("response_flags=\"DENY\"");
    }

    @Test
    void policyAttachedLaterJudgesOpenConnectionsToo() throws IOException {
        mesh.node("one");
        mesh.node("two");
        mesh.enforce(new Policy("shop", "selected", Scope.WORKLOAD_SELECTOR, Action.DENY, NO_WEB.groups(), false));
        try (Socket open = EchoApp.dial(web.namespace(), orders.address(), 8080)) {
            assertThat(EchoApp.exchange(open, "ping")).isEqualTo(greeting("ping"));

            mesh.record(
                    "orders",
                    orders.workload()
                            .authorizationPolicies(List.of("shop/selected"))
                            .build());

            assertThat(EchoApp.exchange(open, "ping")).isEmpty();
        }
    }

    @Test
    void outboundPolicyIsJudgedAtTheSourceBeforeAndAfterOpening() throws IOException {
        Node one = mesh.node("one");
        mesh.node("two");
        try (Socket open = EchoApp.dial(web.namespace(), orders.address(), 8080)) {
            assertThat(EchoApp.exchange(open, "ping")).isEqualTo(greeting("ping"));

            Match port = Match.builder().destinationPorts(List.of(8080)).build();
            mesh.enforce(new Policy(
                    "shop",
                    "ambit-outbound-no-orders",
                    Scope.WORKLOAD_SELECTOR,
                    Action.DENY,
                    policy("", port).groups(),
                    false));

            assertThat(EchoApp.exchange(open, "ping")).isEmpty();
        }
        assertThat(EchoApp.talk(web.namespace(), orders.address(), 8080, "ping"))
                .isEmpty();
        Await.until(
                "refusal",
                () -> mesh.logText()
                        .contains("connection closed due to outbound policy rejection: explicitly denied by: "
                                + "shop/ambit-outbound-no-orders"));
        Await.until(
                "it is counted",
                () -> one.ztunnel
                        .metricsPage()
                        .lines()
                        .anyMatch(line -> line.startsWith("istio_tcp_connections_closed_total{")
                                && line.contains("reporter=\"source\"")
                                && line.contains("response_flags=\"DENY\"")));
    }

    @Test
    void successorTakesOverWithoutAFailedConnection() throws Exception {
        mesh.node("one");
        Node old = mesh.node("two");
        try (Socket open = EchoApp.dial(web.namespace(), orders.address(), 8080)) {
            assertThat(EchoApp.exchange(open, "ping")).isEqualTo(greeting("ping"));
            Node successor = mesh.node("two");

            old.ztunnel.shutdown();
            for (int i = 0; i < 50; i++) {
                assertThat(EchoApp.talk(web.namespace(), orders.address(), 8080, "ping"))
                        .as("connection " + i)
                        .isEqualTo(greeting("ping"));
            }
            assertThat(EchoApp.exchange(open, "pong")).as("open connection").isEqualTo("pong\n");
            assertThat(old.ended).isNotDone();
            assertThat(successor.ended).isNotDone();
        }
        assertThat(old.ended.get(120, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void whatWaitsAtAClosingListenerIsHandedOn() throws IOException {
        mesh.node("one");

        assertThat(web.namespace().run("cat", "/proc/sys/net/ipv4/tcp_migrate_req"))
                .isEqualToIgnoringWhitespace("1");
    }

    @Test
    void deletedPodIsCutAtOnceAndNothingIsLeftOpen() throws Exception {
        mesh.node("one");
        Node two = mesh.node("two");
        try (Socket open = EchoApp.dial(web.namespace(), orders.address(), 8080)) {
            assertThat(EchoApp.exchange(open, "ping")).isEqualTo(greeting("ping"));

            assertThat(requireNonNull(two.agent).del("uid-orders")).isEmpty();

            assertThat(EchoApp.exchange(open, "ping")).isEmpty();
        }
        Await.until("closed", () -> mesh.accessLog().size() == 2);
        assertThat(mesh.accessLog())
                .anyMatch(line -> line.contains("while closing connection: receive: io error: broken pipe"));
    }

    @Test
    void dumpShowsWhatIsKnownAndWhatIsOpen() throws IOException {
        Node one = mesh.node("one");
        mesh.node("two");
        try (Socket open = EchoApp.dial(web.namespace(), orders.address(), 8080)) {
            assertThat(EchoApp.exchange(open, "ping")).isEqualTo(greeting("ping"));

            assertThat(one.ztunnel.configDump())
                    .contains("\"uid\": \"Kubernetes//Pod/shop/orders\"")
                    .contains("\"identity\": \"spiffe://cluster.local/ns/shop/sa/web\"")
                    .contains("\"state\": \"Up\"")
                    .contains("\"originalDst\": \"" + orders.address().getHostAddress() + ":8080\"")
                    .contains("\"actualDst\": \"" + orders.address().getHostAddress() + ":15008\"")
                    .containsPattern("\"actualDst\"[^}]*\"originalDst\"[^}]*\"protocol\"[^}]*\"src\"");
        }
    }

    @Test
    void connectionsAreListedWithBothIdentitiesAndWhatTheyCarried() throws IOException {
        Node one = mesh.node("one");
        Node two = mesh.node("two");
        assertThat(one.ztunnel.connectionList()).contains("\"total\": 0").contains("\"connections\": []");
        try (Socket open = EchoApp.dial(web.namespace(), orders.address(), 8080)) {
            assertThat(EchoApp.exchange(open, "ping")).isEqualTo(greeting("ping"));

            String sent = "\"bytesSent\": " + "ping\n".length();
            String answered = "\"bytesSent\": " + greeting("ping").length();
            // What is handed on is counted afterwards.
            Await.until(
                    "both count",
                    () -> one.ztunnel.connectionList().contains(sent)
                            && two.ztunnel.connectionList().contains(answered));
            assertThat(one.ztunnel.connectionList())
                    .contains("\"total\": 1", "\"pod\": \"shop/web\"", "\"direction\": \"outbound\"", sent)
                    .contains("\"identity\": \"spiffe://cluster.local/ns/shop/sa/web\"", "\"protocol\": \"HBONE\"")
                    .contains("\"original\": \"" + orders.address().getHostAddress() + ":8080\"", "\"ageMillis\": ");
            assertThat(two.ztunnel.connectionList())
                    .contains("\"pod\": \"shop/orders\"", "\"direction\": \"inbound\"", "\"workload\": \"shop/web\"")
                    .contains(answered, "\"bytesReceived\": 5");
        }
    }

    private String greeting(String text) {
        return "hello " + web.address().getHostAddress() + ": " + text + "\n";
    }

    private static Policy policy(String name, Match match) {
        return new Policy(
                "shop",
                name,
                Scope.NAMESPACE,
                Action.DENY,
                List.of(new Group(List.of(new Clause(List.of(match))))),
                false);
    }
}
