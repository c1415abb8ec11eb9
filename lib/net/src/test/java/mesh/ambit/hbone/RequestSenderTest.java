package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Promise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which requests a client's tunnel sends when, and which it does not send at all. */
class RequestSenderTest {
    private static final int REFUSED_STREAM = 7;

    @RegisterExtension
    final ClientEnd client = new ClientEnd();

    private final RawPeer peer = client.peer;

    private void allowStreams(int count) {
        peer.sendHex("000006040000000000" + "0003" + "%08x".formatted(count));
        peer.received();
    }

    @Test
    void requestThatWaitedUntilTheCertificatesEndedGoesElsewhere() {
        allowStreams(1);
        Promise<HboneStream> first = client.request();
        Promise<HboneStream> second = client.request();
        Promise<HboneStream> third = client.request();
        assertThat(peer.received()).hasSize(1);
        client.certificatesLast = false;
        assertThat(client.unprocessed).isEmpty();

        peer.send(peer.headers(1, true, ":status", "503"));

        assertThat(ClientEnd.failure(first)).isEqualTo(new TunnelFailure.Refused(503));
        assertThat(client.unprocessed).extracting(PendingConnect::promise).containsExactly(second, third);
        assertThat(client.events).contains("unusable");
        assertThat(peer.received()).noneMatch(frame -> frame.startsWith("HEADERS"));
        assertThat(peer.channel.isOpen()).as("nothing is left to do").isFalse();
    }

    @Test
    void largerLimitComesTooLateForCertificatesThatHaveEnded() {
        allowStreams(1);
        Promise<HboneStream> first = client.request();
        Promise<HboneStream> second = client.request();
        peer.received();
        client.certificatesLast = false;

        allowStreams(100);

        assertThat(client.unprocessed).extracting(PendingConnect::promise).containsExactly(second);
        assertThat(first.isDone()).isFalse();
        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void requestThatHasBeenElsewhereAlreadyIsSentAllTheSame() {
        allowStreams(1);
        client.request();
        PendingConnect moved = ClientEnd.pending("10.0.0.1:80", HeaderFields.NONE);
        assertThat(moved.mayTry()).isTrue();
        assertThat(moved.mayTry()).isTrue();
        client.tunnel.request(moved);
        peer.received();
        client.certificatesLast = false;

        peer.send(peer.headers(1, true, ":status", "503"));

        assertThat(client.unprocessed).isEmpty();
        assertThat(peer.received()).anyMatch(frame -> frame.startsWith("HEADERS 3 "));
    }

    @Test
    void requestThatThePeerRefusesUnseenIsTriedAgain() {
        client.start();
        Promise<HboneStream> stream = client.request();
        peer.received();

        peer.send(peer.reset(1, REFUSED_STREAM));

        assertThat(client.unprocessed).extracting(PendingConnect::promise).containsExactly(stream);
        assertThat(stream.isDone()).isFalse();
        assertThat(client.tunnel.load()).isZero();
        assertThat(client.tunnel.acceptsStreams()).isTrue();
    }

    @Test
    void requestThatIsRefusedAgainHasFailed() {
        client.start();
        PendingConnect request = ClientEnd.pending("10.0.0.1:80", HeaderFields.NONE);
        assertThat(request.mayTry()).isTrue();
        assertThat(request.mayTry()).isTrue();
        client.tunnel.request(request);

        peer.send(peer.reset(1, REFUSED_STREAM));

        assertThat(client.unprocessed).isEmpty();
        assertThat(ClientEnd.failure(request.promise()))
                .isEqualTo(new TunnelFailure.Http2Failed("h2 failed: stream reset before the answer: REFUSED_STREAM"));
    }

    @Test
    void waitingRequestsAreSentWhileTheCertificatesLast() {
        allowStreams(1);
        client.request();
        client.request();
        peer.received();

        peer.send(peer.headers(1, true, ":status", "503"));

        assertThat(client.unprocessed).isEmpty();
        assertThat(peer.received()).anyMatch(frame -> frame.startsWith("HEADERS 3 "));
    }
}
