package mesh.ambit.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import mesh.ambit.node.rules.TestDatagrams.Endpoint;
import mesh.ambit.node.rules.TestDatagrams.Received;
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

/** Proves with real sockets whose questions to name servers reach the proxy, and whose do not. */
@Tag("netns")
class DnsCaptureIT {
    private static final CaptureOptions DNS = new CaptureOptions(true, true, false, true, List.of());
    private static final CaptureOptions NO_DNS = new CaptureOptions(true, true, false, false, List.of());
    private static final int PORT = 53;

    @RegisterExtension
    final NetnsLab lab = new NetnsLab();

    private final TestPeers peers = new TestPeers();
    private final TestDatagrams datagrams = new TestDatagrams();
    private LabNamespace pod;
    private LabNamespace other;

    @BeforeEach
    void makePods() {
        pod = lab.pod("pod");
        other = lab.pod("other");
    }

    @AfterEach
    void closeSockets() {
        datagrams.close();
        peers.close();
    }

    @ParameterizedTest
    @EnumSource
    void aQuestionOverUdpReachesTheProxyAndItsAnswerSeemsToBeTheServers(CaptureIT.Family family) {
        Endpoint server = datagrams.application(other, family.of(other), PORT);
        Endpoint proxy = datagrams.proxy(pod, family.loopback, CaptureRules.DNS_PORT);
        Endpoint client = datagrams.application(pod, family.of(pod), 0);
        PodRules.enrol(pod.netNs(), DNS);

        // One that exists, and one that nobody has.
        for (InetAddress to : List.of(family.of(other), family.vip)) {
            InetSocketAddress asked = new InetSocketAddress(to, PORT);
            client.send(asked, "question");
            Received question = proxy.receive();
            // The kernel may have given it another port: both questions go to one address now.
            assertThat(question.word()).isEqualTo("question");

            proxy.send(question.from(), "answer");
            assertThat(client.receive()).isEqualTo(new Received(asked, "answer"));
        }
        assertThat(server.isUntouched()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aQuestionOverTcpReachesTheProxyAndNotTheListenerForEverythingElse(CaptureIT.Family family) {
        Listener proxy = peers.proxy(pod, CaptureRules.DNS_PORT);
        Listener outbound = peers.proxy(pod, CaptureRules.OUTBOUND_PORT);
        PodRules.enrol(pod.netNs(), DNS);

        for (InetAddress to : List.of(family.of(other), family.vip, family.of(pod))) {
            Peer client = peers.connect(pod, to, PORT);
            Peer captured = proxy.accept();
            assertThat(captured.originalDestination()).isEqualTo(new InetSocketAddress(to, PORT));
            client.exchange(captured);
        }
        assertThat(outbound.isUntouched()).isTrue();
    }

    /** Without a zone of their own the proxy's questions would come back to it: from this port the application asked. */
    @ParameterizedTest
    @EnumSource
    void theProxyAsksWithoutALoopEvenFromAPortOfTheApplication(CaptureIT.Family family) {
        Endpoint server = datagrams.application(other, family.of(other), PORT);
        Endpoint proxy = datagrams.proxy(pod, family.loopback, CaptureRules.DNS_PORT);
        Endpoint client = datagrams.application(pod, family.of(pod), 0);
        PodRules.enrol(pod.netNs(), DNS);
        InetSocketAddress asked = server.address();
        client.send(asked, "question");
        proxy.receive();
        InetSocketAddress used = client.address();
        client.close();

        Endpoint forwarder = datagrams.proxy(pod, family.of(pod), used.getPort());
        forwarder.send(asked, "forwarded");

        Received question = server.receive();
        assertThat(question).isEqualTo(new Received(forwarder.address(), "forwarded"));
        server.send(question.from(), "answer");
        assertThat(forwarder.receive()).isEqualTo(new Received(asked, "answer"));
        assertThat(proxy.isUntouched()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aNameServerInThePodIsAskedDirectly(CaptureIT.Family family) {
        Endpoint server = datagrams.application(pod, family.loopback, PORT);
        Endpoint proxy = datagrams.proxy(pod, family.loopback, CaptureRules.DNS_PORT);
        Endpoint client = datagrams.application(pod, family.loopback, 0);
        PodRules.enrol(pod.netNs(), DNS);

        client.send(server.address(), "question");

        assertThat(server.receive()).isEqualTo(new Received(client.address(), "question"));
        assertThat(proxy.isUntouched()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void withoutDnsCaptureTheServerIsAsked(CaptureIT.Family family) {
        Endpoint server = datagrams.application(other, family.of(other), PORT);
        Endpoint client = datagrams.application(pod, family.of(pod), 0);
        PodRules.enrol(pod.netNs(), DNS);
        assertThat(PodRules.missing(pod.netNs(), NO_DNS)).contains("removal of table " + CaptureRules.RAW);

        PodRules.enrol(pod.netNs(), NO_DNS);

        assertThat(PodRules.missing(pod.netNs(), NO_DNS)).isEmpty();
        assertThat(pod.run("nft", "list", "tables")).doesNotContain(CaptureRules.RAW);
        client.send(server.address(), "question");
        assertThat(server.receive()).isEqualTo(new Received(client.address(), "question"));
    }

    @Test
    void whatSomebodyRemovedIsNamedAndPutBack() {
        PodRules.enrol(pod.netNs(), DNS);
        pod.run("nft", "delete", "table", "inet", CaptureRules.RAW);
        pod.run("nft", "flush", "chain", "inet", CaptureRules.NAT, "istio-output");

        assertThat(PodRules.missing(pod.netNs(), DNS))
                .anyMatch(phrase -> phrase.contains("R1 of istio-ambient-raw/istio-output"))
                .anyMatch(phrase -> phrase.contains("R2 of istio-ambient-raw/istio-prerouting"))
                .anyMatch(phrase -> phrase.contains("N5, N6 ip, N6 ip6"))
                .contains("chain output of table istio-ambient-raw");

        PodRules.enrol(pod.netNs(), DNS);
        assertThat(PodRules.missing(pod.netNs(), DNS)).isEmpty();
    }
}
