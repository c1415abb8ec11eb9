package mesh.ambit.node.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import mesh.ambit.linux.NetNs;
import mesh.ambit.node.rules.TestPeers.Listener;
import mesh.ambit.node.rules.TestPeers.Peer;
import mesh.ambit.testkit.LabNamespace;
import mesh.ambit.testkit.NetnsLab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Proves with real sockets what the rules capture and what they leave alone. */
@Tag("netns")
class CaptureIT {
    private static final CaptureOptions OPTIONS = new CaptureOptions(true, true, false, true, List.of());
    private static final int APP = 8080;

    @RegisterExtension
    final NetnsLab lab = new NetnsLab();

    private final TestPeers peers = new TestPeers();
    private LabNamespace pod;
    private LabNamespace other;

    @BeforeEach
    void makePods() {
        pod = lab.pod("pod");
        other = lab.pod("other");
    }

    @AfterEach
    void closeSockets() {
        peers.close();
    }

    /** The two families, as a test sees them. */
    enum Family {
        V4("10.96.0.1", "127.0.0.1"),
        V6("fd77:96::1", "::1");

        final InetAddress vip;
        final InetAddress loopback;

        Family(String vip, String loopback) {
            this.vip = InetAddress.ofLiteral(vip);
            this.loopback = InetAddress.ofLiteral(loopback);
        }

        InetAddress of(LabNamespace namespace) {
            return this == V4 ? namespace.ipv4() : namespace.ipv6();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatTheApplicationDialsLandsOnTheOutboundListener(Family family) {
        Listener outbound = peers.proxy(pod, CaptureRules.OUTBOUND_PORT);
        enrol();

        for (InetAddress to : List.of(family.of(other), family.vip)) {
            Peer client = peers.connect(pod, to, 80);
            Peer captured = outbound.accept();

            assertThat(captured.remote().getAddress()).isEqualTo(family.of(pod));
            assertThat(captured.originalDestination()).isEqualTo(new InetSocketAddress(to, 80));
            client.exchange(captured);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatComesInAsPlaintextLandsOnTheInboundListener(Family family) {
        Listener application = peers.application(pod, APP);
        Listener inbound = peers.proxy(pod, CaptureRules.INBOUND_PORT);
        enrol();

        Peer client = peers.connect(other, family.of(pod), APP);
        Peer captured = inbound.accept();

        assertThat(captured.remote().getAddress()).isEqualTo(family.of(other));
        assertThat(captured.originalDestination()).isEqualTo(new InetSocketAddress(family.of(pod), APP));
        client.exchange(captured);
        assertThat(application.isUntouched()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void tunnelsReachTheirListenerDirectly(Family family) {
        Listener hbone = peers.proxy(pod, CaptureRules.HBONE_PORT);
        Listener inbound = peers.proxy(pod, CaptureRules.INBOUND_PORT);
        enrol();

        Peer client = peers.connect(other, family.of(pod), CaptureRules.HBONE_PORT);

        client.exchange(hbone.accept());
        assertThat(inbound.isUntouched()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void podTalksToItselfUndisturbed(Family family) {
        Listener application = peers.application(pod, APP);
        Listener outbound = peers.proxy(pod, CaptureRules.OUTBOUND_PORT);
        Listener inbound = peers.proxy(pod, CaptureRules.INBOUND_PORT);
        enrol();

        for (InetAddress to : List.of(family.of(pod), family.loopback)) {
            Peer client = peers.connect(pod, to, APP);
            client.exchange(application.accept());
        }
        assertThat(outbound.isUntouched()).isTrue();
        assertThat(inbound.isUntouched()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void proxyDialsOutUndisturbed(Family family) {
        Listener application = peers.application(other, APP);
        Listener outbound = peers.proxy(pod, CaptureRules.OUTBOUND_PORT);
        enrol();

        Peer proxy = peers.connectMarked(pod, null, family.of(other), APP);

        proxy.exchange(application.accept());
        assertThat(outbound.isUntouched()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void applicationSeesThePeerThatTheProxySpeaksFor(Family family) {
        Listener application = peers.application(pod, APP);
        enrol();

        Peer proxy = peers.connectMarked(pod, family.of(other), family.of(pod), APP);
        Peer served = application.accept();

        assertThat(served.remote().getAddress()).isEqualTo(family.of(other));
        proxy.exchange(served);
    }

    @ParameterizedTest
    @EnumSource
    void nothingGetsOutWhileNoProxyListens(Family family) {
        peers.application(other, APP);
        enrol();

        assertThatThrownBy(() -> peers.connectInVain(pod, family.of(other), APP))
                .isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> peers.connectInVain(other, family.of(pod), APP))
                .isInstanceOf(ConnectException.class);
    }

    @ParameterizedTest
    @EnumSource
    void connectionsFromBeforeSurviveEnrolmentAndAreNamed(Family family) {
        Listener there = peers.application(other, APP);
        Listener here = peers.application(pod, APP);
        Peer out = peers.connect(pod, family.of(other), APP);
        Peer outServed = there.accept();
        Peer in = peers.connect(other, family.of(pod), APP);
        Peer inServed = here.accept();

        List<String> outside = enrol();

        out.exchange(outServed);
        in.exchange(inServed);
        outServed.exchange(out);
        assertThat(outside).hasSize(2).anyMatch(name -> name.endsWith(":" + APP));
    }

    @Test
    void withoutGraceAConnectionFromBeforeIsReset() {
        Listener there = peers.application(other, APP);
        Peer out = peers.connect(pod, other.ipv4(), APP);
        Peer outServed = there.accept();

        PodRules.enrol(namespace(), new CaptureOptions(true, false, false, true, List.of()));

        out.send("ping");
        out.expectEnd();
        assertThat(outServed.received()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void capturedConnectionsSurviveGracefulRemovalAndNewOnesGoDirect(Family family) {
        Listener outbound = peers.proxy(pod, CaptureRules.OUTBOUND_PORT);
        Listener inbound = peers.proxy(pod, CaptureRules.INBOUND_PORT);
        Listener here = peers.application(pod, APP);
        Listener there = peers.application(other, APP);
        enrol();
        Peer out = peers.connect(pod, family.of(other), APP);
        Peer outCaptured = outbound.accept();
        Peer in = peers.connect(other, family.of(pod), APP);
        Peer inCaptured = inbound.accept();
        Peer spoofed = peers.connectMarked(pod, family.of(other), family.of(pod), APP);
        Peer spoofedServed = here.accept();
        assertThat(captured()).isEqualTo(3);

        PodRules.drain(namespace());

        out.exchange(outCaptured);
        in.exchange(inCaptured);
        spoofed.exchange(spoofedServed);
        peers.connect(pod, family.of(other), APP).exchange(there.accept());
        peers.connect(other, family.of(pod), APP).exchange(here.accept());
        assertThat(captured()).isEqualTo(3);
    }

    @Test
    void everythingIsGoneAfterRemoval() {
        enrol();
        PodRules.drain(namespace());

        PodRules.remove(namespace());
        PodRules.remove(namespace());

        assertThat(pod.run("nft", "list", "ruleset")).isEmpty();
        assertThat(pod.run("ip", "rule", "show")).doesNotContain("0x111");
        assertThat(pod.run("ip", "-6", "rule", "show")).doesNotContain("0x111");
        assertThat(PodRules.leftIn(namespace())).isFalse();
        assertThat(PodRules.missing(namespace(), OPTIONS)).isNotEmpty();
    }

    @Test
    void enrollingTwiceIsEnrollingOnce() {
        enrol();
        String once = pod.run("nft", "--stateless", "list", "ruleset");

        enrol();

        assertThat(pod.run("nft", "--stateless", "list", "ruleset")).isEqualTo(once);
        assertThat(PodRules.missing(namespace(), OPTIONS)).isEmpty();
    }

    @Test
    void enrollingAgainEndsADrain() {
        enrol();
        PodRules.drain(namespace());
        assertThat(PodRules.missing(namespace(), OPTIONS)).isNotEmpty();

        enrol();

        assertThat(PodRules.missing(namespace(), OPTIONS)).isEmpty();
        assertThat(pod.run("nft", "list", "tables")).doesNotContain(CaptureRules.DRAIN);
    }

    @Test
    void whatIsMissingIsNamed() {
        enrol();
        pod.run("ip", "-6", "rule", "del", "pref", "32764");
        pod.run("ip", "route", "flush", "table", "100");
        pod.run("nft", "flush", "chain", "inet", CaptureRules.NAT, "istio-output");
        pod.run("nft", "insert", "rule", "inet", CaptureRules.NAT, "istio-prerouting", "accept");

        assertThat(PodRules.missing(namespace(), OPTIONS))
                .contains("ip -6 rule 32764", "ip -4 route table 100")
                .anyMatch(phrase -> phrase.contains("N9 ip, N9 ip6 of istio-ambient-nat/istio-output"))
                .anyMatch(phrase -> phrase.startsWith("order of rules in istio-ambient-nat/istio-prerouting"))
                .hasSize(4);
    }

    @ParameterizedTest
    @EnumSource
    void serviceAddressLeadsToItsEndpoints(Family family) {
        Listener first = peers.application(other, APP);
        PodRules.redirectServices(
                namespace(),
                List.of(
                        new ServiceRoute(
                                family.vip,
                                ServiceRoute.Protocol.TCP,
                                80,
                                List.of(
                                        new InetSocketAddress(family.of(other), APP),
                                        new InetSocketAddress(family.of(other), APP))),
                        new ServiceRoute(family.vip, ServiceRoute.Protocol.TCP, 81, List.of())));

        peers.connect(pod, family.vip, 80).exchange(first.accept());
        assertThatThrownBy(() -> peers.connectInVain(pod, family.vip, 81)).isInstanceOf(ConnectException.class);
    }

    @ParameterizedTest
    @EnumSource
    void captureComesBeforeServices(Family family) {
        Listener outbound = peers.proxy(pod, CaptureRules.OUTBOUND_PORT);
        PodRules.redirectServices(
                namespace(),
                List.of(new ServiceRoute(
                        family.vip,
                        ServiceRoute.Protocol.TCP,
                        80,
                        List.of(new InetSocketAddress(family.of(other), APP)))));
        enrol();

        Peer client = peers.connect(pod, family.vip, 80);
        Peer captured = outbound.accept();

        assertThat(captured.originalDestination()).isEqualTo(new InetSocketAddress(family.vip, 80));
        client.exchange(captured);
    }

    private List<String> enrol() {
        return PodRules.enrol(namespace(), OPTIONS);
    }

    private long captured() {
        return PodRules.captured(namespace(), List.of(pod.ipv4(), pod.ipv6()));
    }

    private NetNs namespace() {
        return pod.netNs();
    }
}
