package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Promise;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of a client's requests and streams when its peer falls silent, or its workload goes. */
class ClientLivenessTest {
    @RegisterExtension
    final ClientEnd client = new ClientEnd();

    private final ClientTunnel tunnel = client.tunnel;
    private final RawPeer peer = client.peer;

    @Test
    void tunnelWithAnUnansweredPingIsNotForNewStreams() {
        client.start();
        assertThat(tunnel.acceptsStreams()).isTrue();
        peer.pass(10);
        assertThat(peer.received()).containsExactly("PING 1");
        assertThat(tunnel.acceptsStreams()).isTrue();
        peer.pass(2);
        assertThat(tunnel.acceptsStreams()).isFalse();
        peer.sendHex("000008060100000000" + "0000000000000001");
        assertThat(tunnel.acceptsStreams()).isTrue();
    }

    @Test
    void quietTunnelIsAskedWhenItIsWantedAndNotLater() {
        client.start();
        peer.pass(5);

        assertThat(tunnel.acceptsStreams()).isTrue();
        assertThat(peer.received()).containsExactly("PING 1");
        peer.pass(2);
        assertThat(tunnel.acceptsStreams()).isFalse();
    }

    @Test
    void deadPeerFailsWhatWaitsAndLosesWhatIsOpen() {
        client.start();
        Promise<HboneStream> open = client.request();
        peer.send(peer.headers(1, false, ":status", "200"));
        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        open.getNow().receive(recorder);
        Promise<HboneStream> waiting = client.request();
        peer.pass(1);
        peer.sendHex("000004080000000000" + "000003e8"); // The peer lived when it had the request.

        peer.pass(9);
        peer.pass(20);

        assertThat(ClientEnd.failure(waiting).text()).isEqualTo("h2 failed: keep-alive timed out");
        assertThat(recorder.lost).isNotNull();
        assertThat(client.events).contains("gone");
        assertThat(peer.received()).doesNotContain("GOAWAY");
    }

    @Test
    void requestOfWhichNothingIsHeardGoesElsewhereAfterASecond() {
        client.start();
        peer.pass(5);
        assertThat(tunnel.acceptsStreams()).isTrue();
        Promise<HboneStream> request = client.request();
        assertThat(peer.receivedDecoded()).hasSize(2).first().isEqualTo("PING 1");

        peer.pass(1);

        assertThat(client.events).startsWith("established", "unusable");
        assertThat(client.unprocessed).hasSize(1);
        assertThat(request.isDone()).isFalse();
        assertThat(peer.received()).containsExactly("RST_STREAM 1 8", "GOAWAY 0 0 ");
    }

    @Test
    void requestThatWaitedForItsTurnGoesElsewhereWithIt() {
        peer.sendHex("000006040000000000" + "0003" + "00000001"); // One stream at a time.
        peer.received();
        peer.pass(5);
        assertThat(tunnel.acceptsStreams()).isTrue();
        client.request();
        client.request();
        assertThat(peer.receivedDecoded()).hasSize(2).first().isEqualTo("PING 1");

        peer.pass(1);

        assertThat(client.unprocessed).hasSize(2);
        assertThat(peer.received()).first().isEqualTo("RST_STREAM 1 8");
    }

    @Test
    void requestIsLeftToAPeerThatHasBeenHeardSince() {
        client.start();
        peer.pass(5);
        assertThat(tunnel.acceptsStreams()).isTrue();
        Promise<HboneStream> request = client.request();
        peer.channel.advanceTimeBy(500, TimeUnit.MILLISECONDS);
        peer.sendHex("000004080000000000" + "000003e8");

        peer.pass(2);

        assertThat(request.isDone()).isFalse();
        assertThat(client.unprocessed).isEmpty();
    }

    @Test
    void requestSentToATunnelThatWasDeadIsNotLost() {
        client.start();
        peer.pass(1);
        Promise<HboneStream> early = client.request();
        peer.pass(4);
        Promise<HboneStream> late = client.request();

        peer.channel.close();

        assertThat(ClientEnd.failure(early).text())
                .as("the peer may have lived then")
                .startsWith("h2 failed: ");
        assertThat(late.isDone()).isFalse();
        assertThat(client.unprocessed).hasSize(1);
    }

    @Test
    void streamsToAGoneWorkloadEndUnlessItsPeerAnswers() {
        client.start();
        Promise<HboneStream> open = client.request();
        peer.send(peer.headers(1, false, ":status", "200"));
        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        open.getNow().receive(recorder);
        tunnel.workloadGone("workload is gone");
        assertThat(peer.received()).contains("PING 1");
        peer.sendHex("000008060100000000" + "0000000000000001");
        peer.pass(6);
        assertThat(recorder.lost).isNull();

        tunnel.workloadGone("workload is gone");
        peer.pass(6);

        assertThat(recorder.lost).isEqualTo(new TunnelFailure.Closed("workload is gone"));
        assertThat(peer.channel.isOpen()).isFalse();
    }
}
