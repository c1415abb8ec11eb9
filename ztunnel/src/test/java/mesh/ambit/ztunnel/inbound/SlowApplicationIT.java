package mesh.ambit.ztunnel.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.policy.Policy;
import mesh.ambit.testkit.Await;
import mesh.ambit.testkit.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What comes while the application is still being connected to waits for what comes of that. */
class SlowApplicationIT {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final InboundLab lab = new InboundLab(InboundSettings.DEFAULT);
    private final List<Socket> crowd = new ArrayList<>();
    private ServerSocket application;

    /** An application that does not accept, with so many before its door that the kernel lets nobody in. */
    @BeforeEach
    void start() throws Exception {
        // Nobody else is given this port while connections to it are still tried.
        application = new ServerSocket(Ports.free(), 1, LOOPBACK);
        // The kernel takes one more than it is told.
        for (int i = 0; i < 2; i++) {
            crowd.add(new Socket(LOOPBACK, application.getLocalPort()));
        }
        Await.until("both are before the door", () -> beforeTheDoor() == 2);
    }

    @AfterEach
    void stop() throws Exception {
        letGo();
        lab.close();
    }

    @Test
    void aPolicyCutsInThePlaceOfTheAnswer() throws Exception {
        Future<InboundLab.Ending> request = deny();
        letIn();

        assertThat(InboundLab.failureOf(request)).isInstanceOf(TunnelFailure.Http2Failed.class);
        lab.awaitMetric("response_flags=\"DENY\"");
    }

    @Test
    void aPolicyDoesNotMatterWhereNobodyIsLetIn() throws Exception {
        Future<InboundLab.Ending> request = deny();
        letGo();

        assertThat(InboundLab.failureOf(request)).isEqualTo(new TunnelFailure.Refused(503));
        lab.awaitMetric("response_flags=\"CONNECT\"");
    }

    private Future<InboundLab.Ending> deny() throws Exception {
        Future<InboundLab.Ending> request = ask();
        lab.enforce(InboundLab.policy("nobody", Policy.Scope.NAMESPACE, Policy.Action.DENY));
        // Judged like the one before it, and answered after it.
        assertThat(lab.statusOf(lab.authority())).isEqualTo(401);
        assertThat(request.isDone()).isFalse();
        return request;
    }

    @Test
    void anAnswerThatNobodyWaitsForIsAFault() throws Exception {
        giveUp();
        assertThat(lab.connections.count()).isOne();
        letIn();

        lab.awaitMetric("response_flags=\"H2_HANDSHAKE_FAILURE\"");
        Await.until("nothing is left", () -> lab.connections.count() == 0);
    }

    @Test
    void aPlainConnectionThatIsGivenUpIsNoFault() throws Exception {
        int port = lab.capture(new InetSocketAddress(LOOPBACK, application.getLocalPort()));
        Socket client = new Socket(LOOPBACK, port);
        lab.awaitMetric("istio_tcp_connections_opened_total");
        client.setSoLinger(true, 0);
        client.close();
        letIn();

        lab.awaitMetric("istio_tcp_connections_closed_total{");
        assertThat(lab.metrics.page("").body()).contains("response_flags=\"-\"").doesNotContain("H2_HANDSHAKE_FAILURE");
    }

    @Test
    void anApplicationThatCannotBeReachedIsToldAsAlways() throws Exception {
        giveUp();
        letGo();

        lab.awaitMetric("response_flags=\"CONNECT\"");
        Await.until("nothing is left", () -> lab.connections.count() == 0);
    }

    private void giveUp() throws Exception {
        ask().cancel(false);
        // Answered after the reset has been heard.
        assertThat(lab.statusOf("nonsense")).isEqualTo(400);
    }

    private Future<InboundLab.Ending> ask() {
        Future<InboundLab.Ending> request = lab.connect("127.0.0.1:" + application.getLocalPort());
        lab.awaitMetric("istio_tcp_connections_opened_total");
        return request;
    }

    private void letIn() throws IOException {
        for (int i = 0; i < crowd.size(); i++) {
            application.accept().close();
        }
    }

    /** Returns how many the kernel says wait to be accepted; whoever has connected is counted a moment later. */
    private int beforeTheDoor() {
        String port = ":%04X".formatted(application.getLocalPort());
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .map(Path::of)
                .filter(Files::exists)
                .flatMap(SlowApplicationIT::lines)
                .map(line -> line.strip().split("\\s+", -1))
                .filter(field -> field[1].endsWith(port) && field[3].equals("0A"))
                .mapToInt(field -> Integer.parseInt(field[4].substring(field[4].indexOf(':') + 1), 16))
                .sum();
    }

    private static Stream<String> lines(Path table) {
        try {
            return Files.readAllLines(table).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void letGo() throws IOException {
        application.close();
        for (Socket socket : crowd) {
            socket.close();
        }
    }
}
