package mesh.ambit.ztunnel.inbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.hbone.TunnelSettings;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.policy.Policy;
import mesh.ambit.relay.CutReason;
import mesh.ambit.testkit.Await;
import mesh.ambit.tls.Svid;
import mesh.ambit.ztunnel.inbound.InboundLab.Ending;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The inbound side of one pod on loopback, and clients that do not behave. */
class InboundIT {
    private static final Policy DENY_ALL = InboundLab.policy("nobody", Policy.Scope.NAMESPACE, Policy.Action.DENY);

    private final InboundLab lab = new InboundLab(InboundSettings.DEFAULT);

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
    }

    @Test
    void malformedRequestIsAnswered400AndTheTunnelGoesOn() throws Exception {
        assertThat(lab.statusOf("nonsense")).isEqualTo(400);
        assertThat(lab.statusOf("127.0.0.1:99999")).isEqualTo(400);
        assertThat(lab.statusOf("10.9.9.9:80")).isEqualTo(400);
        assertThat(lab.statusOf("127.0.0.1:15008")).isEqualTo(503);
        assertThat(lab.statusOf("nobody.shop:80")).isEqualTo(503);
        assertThat(lab.server.openTunnels()).isEqualTo(1);
        assertThat(lab.metrics.page("").body()).doesNotContain("istio_tcp_connections_opened");
    }

    @Test
    void applicationThatDoesNotListenIsAnswered503() throws Exception {
        // Bound, so that nobody else may listen there.
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(InboundLab.LOOPBACK, 0));

            assertThat(lab.statusOf("127.0.0.1:" + bound.getLocalPort())).isEqualTo(503);
        }
        lab.awaitMetric("response_flags=\"CONNECT\"");
    }

    @Test
    void answerCarriesBaggage() throws Exception {
        Ending stream = lab.connect(lab.authority()).get(30, TimeUnit.SECONDS);

        assertThat(stream.headers.first("baggage")).contains("k8s.namespace.name=shop");
        lab.application.accept().close();
        stream.reset();
    }

    @Test
    void policyThatDeniesIsAnswered401() throws Exception {
        lab.enforce(DENY_ALL);

        assertThat(lab.statusOf(lab.authority())).isEqualTo(401);
        lab.awaitMetric("response_flags=\"DENY\"");
    }

    @Test
    void eachStreamOfATunnelIsJudgedAgain() throws Exception {
        Ending first = lab.connect(lab.authority()).get(30, TimeUnit.SECONDS);
        Ending second = lab.connect(lab.authority()).get(30, TimeUnit.SECONDS);
        assertThat(lab.server.openTunnels()).isEqualTo(1);

        lab.enforce(DENY_ALL);

        assertThat(first.code.get(30, TimeUnit.SECONDS)).isEqualTo(Http2Error.CANCEL.code());
        assertThat(second.code.get(30, TimeUnit.SECONDS)).isEqualTo(Http2Error.CANCEL.code());
    }

    @Test
    void removedRecordJudgesNobody() throws Exception {
        Ending stream = lab.connect(lab.authority()).get(30, TimeUnit.SECONDS);
        lab.describe();
        lab.enforce(DENY_ALL);

        try (Socket accepted = lab.application.accept()) {
            accepted.getOutputStream().write("still here".getBytes(US_ASCII));
            assertThat(stream.data.get(30, TimeUnit.SECONDS)).isEqualTo("still here");
        }
    }

    @Test
    void peerThatStopsReadingHoldsUpItsApplicationAndNothingElse() throws Exception {
        Ending stuck = lab.connect(lab.authority()).get(30, TimeUnit.SECONDS);
        try (Socket greedy = lab.application.accept()) {
            AtomicLong written = new AtomicLong();
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    byte[] block = new byte[1 << 16];
                    while (true) {
                        greedy.getOutputStream().write(block);
                        written.addAndGet(block.length);
                    }
                } catch (IOException e) {
                    // The end that the test waits for.
                }
            });
            Await.until("a window is full", () -> written.get() >= TunnelSettings.DEFAULT.streamWindowBytes());

            Ending other = lab.connect(lab.authority()).get(30, TimeUnit.SECONDS);
            try (Socket accepted = lab.application.accept()) {
                accepted.getOutputStream().write("fine".getBytes(US_ASCII));
                assertThat(other.data.get(30, TimeUnit.SECONDS)).isEqualTo("fine");
            }

            lab.connections.forEach(connection -> connection.cut(CutReason.POLICY));
            assertThat(writer.join(Duration.ofSeconds(30))).isTrue();
        }
        stuck.reset();
    }

    @Test
    void peerThatResetsEndsTheApplicationsConnection() throws Exception {
        Ending stream = lab.connect(lab.authority()).get(30, TimeUnit.SECONDS);
        try (Socket accepted = lab.application.accept()) {
            stream.reset();

            accepted.setSoTimeout(60_000);
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void clientsOfAnotherTrustDomainOrTimeAreRefused() throws Exception {
        Instant now = Instant.now();
        try (Svid foreign = lab.svid(new SpiffeId("elsewhere", "shop", "client"));
                Svid expired = lab.svid(InboundLab.CLIENT, now.minusSeconds(100), now.minusSeconds(50))) {
            assertThat(InboundLab.failureOf(lab.connect(lab.authority(), foreign)))
                    .isInstanceOf(TunnelFailure.Http2Failed.class);
            assertThat(InboundLab.failureOf(lab.connect(lab.authority(), expired))
                            .text())
                    .contains("CertificateExpired");
        }
        // The client has its alert before the server has closed its socket.
        Await.until("sockets closed", () -> lab.server.openTunnels() == 0);
    }

    @Test
    void unknownPodIsAnswered503OncePatienceEnds() throws Exception {
        lab.describe();

        assertThat(lab.statusOf(lab.authority())).isEqualTo(503);
    }
}
