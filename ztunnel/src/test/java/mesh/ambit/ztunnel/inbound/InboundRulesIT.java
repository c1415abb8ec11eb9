package mesh.ambit.ztunnel.inbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static mesh.ambit.ztunnel.inbound.InboundLab.CLIENT;
import static mesh.ambit.ztunnel.inbound.InboundLab.LOOPBACK;
import static mesh.ambit.ztunnel.inbound.InboundLab.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.testkit.Await;
import mesh.ambit.tls.Svid;
import mesh.ambit.ztunnel.inbound.InboundLab.Ending;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pod's connections are judged by, and how waypoints behind a tunnel of their own are told. */
class InboundRulesIT {
    private static final Policy DENY_ALL = InboundLab.policy("nobody", Scope.NAMESPACE, Action.DENY);
    private static final InetAddress WAYPOINT_ADDRESS = InetAddress.ofLiteral("10.0.0.9");
    private static final Workload WAYPOINT = Workload.builder("Kubernetes//Pod/shop/waypoint")
            .name("waypoint")
            .namespace("shop")
            .serviceAccount("waypoint")
            .addresses(List.of(WAYPOINT_ADDRESS))
            .build();

    private InboundLab lab = new InboundLab(InboundSettings.DEFAULT);

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    @Test
    void policyThatIsAttachedLaterJudgesWhatIsOpen() throws Exception {
        lab.enforce(InboundLab.policy("nobody", Scope.WORKLOAD_SELECTOR, Action.DENY));
        Ending stream = open();

        lab.describe(
                WEB.toBuilder().authorizationPolicies(List.of("shop/nobody")).build());

        assertCut(stream);
        lab.awaitMetric("response_flags=\"DENY\"");
    }

    @Test
    void policyWhoseScopeGrowsJudgesWhatIsOpen() throws Exception {
        lab.enforce(InboundLab.policy("nobody", Scope.WORKLOAD_SELECTOR, Action.DENY));
        Ending stream = open();

        lab.enforce(InboundLab.policy("nobody", Scope.GLOBAL, Action.DENY));

        assertCut(stream);
    }

    @Test
    void removalOfThePolicyThatAllowedCuts() throws Exception {
        Policy others = new Policy("shop", "others", Scope.NAMESPACE, Action.ALLOW, List.of(), false);
        lab.enforce(others, InboundLab.policy("anybody", Scope.NAMESPACE, Action.ALLOW));
        Ending stream = open();

        lab.enforce(others);

        assertCut(stream);
    }

    @Test
    void policyOnTrialCutsNobody() throws Exception {
        Ending stream = open();

        lab.enforce(new Policy("shop", "trial", Scope.NAMESPACE, Action.DENY, DENY_ALL.groups(), true));

        assertThat(lab.connect(lab.authority()).get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(stream.code).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void waypointBehindATunnelIsToldOnLoopbackWhoAsksForWhat(boolean overLoopback) throws Exception {
        lab.close();
        lab = new InboundLab(new InboundSettings(ConnectHostname.OWN, overLoopback, RequireWaypoint.OFF, true, false));
        lab.describe(WEB.toBuilder()
                .applicationTunnel(
                        new ApplicationTunnel(ApplicationTunnel.Protocol.PROXY, lab.application.getLocalPort()))
                .build());

        Ending stream = lab.connect("10.9.9.9:4660").get(30, TimeUnit.SECONDS);

        try (Socket accepted = lab.application.accept()) {
            byte[] head = accepted.getInputStream()
                    .readNBytes(16 + 12 + 3 + CLIENT.toString().length());
            assertThat(head).startsWith(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
            assertThat(head).endsWith(CLIENT.toString().getBytes(UTF_8));
            assertThat(new byte[] {head[20], head[21], head[22], head[23], head[26], head[27], (byte) 0xd0})
                    .containsExactly(10, 9, 9, 9, 0x12, 0x34, head[28]);
            assertThat(accepted.getInetAddress()).isEqualTo(LOOPBACK);
            accepted.getOutputStream().write("pong".getBytes(UTF_8));
            assertThat(stream.data.get(30, TimeUnit.SECONDS)).isEqualTo("pong");
        }
        stream.reset();
        Await.until("it has ended", () -> lab.connections.count() == 0);
        assertThat(lab.metrics
                        .page("")
                        .body()
                        .lines()
                        .filter(line -> line.startsWith("istio_tcp_received_bytes_total")))
                .allMatch(line -> line.endsWith(" 0") || line.endsWith(" 0.0"));
    }

    @Test
    void whoDoesNotComeThroughTheRequiredWaypointIsRefused() throws Exception {
        lab.close();
        lab = new InboundLab(InboundSettings.DEFAULT.withRequireWaypoint(RequireWaypoint.ALL));
        lab.describe(behindWaypoint(), WAYPOINT);

        assertThat(lab.statusOf(lab.authority())).isEqualTo(401);
        try (Svid waypoint = lab.svid(WAYPOINT.identity())) {
            Ending stream = lab.connect(lab.authority(), waypoint).get(30, TimeUnit.SECONDS);
            lab.application.accept().close();
            stream.reset();
        }
    }

    @Test
    void waypointThatIsDeclaredLaterCutsWhoCameAroundIt() throws Exception {
        lab.close();
        lab = new InboundLab(InboundSettings.DEFAULT.withRequireWaypoint(RequireWaypoint.ALL));
        Ending stream = open();

        lab.describe(behindWaypoint());
        assertThat(lab.connect(lab.authority()).await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(stream.code).as("a waypoint that nobody knows judges no one").isNotDone();
        lab.describe(behindWaypoint(), WAYPOINT);

        assertCut(stream);
    }

    private static Workload behindWaypoint() {
        return WEB.toBuilder()
                .waypoint(new GatewayAddress(new NetworkAddress("", WAYPOINT_ADDRESS), 15008))
                .build();
    }

    private Ending open() throws Exception {
        Ending stream = lab.connect(lab.authority()).get(30, TimeUnit.SECONDS);
        assertThat(stream.stream).isInstanceOf(HboneStream.class);
        return stream;
    }

    private static void assertCut(Ending stream) throws Exception {
        assertThat(stream.code.get(30, TimeUnit.SECONDS)).isEqualTo(Http2Error.CANCEL.code());
    }
}
