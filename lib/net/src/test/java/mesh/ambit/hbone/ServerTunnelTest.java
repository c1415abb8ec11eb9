package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server's end against hand-made frames: requests, answers, and how a tunnel ends. */
class ServerTunnelTest {
    @RegisterExtension
    final ServerEnd server = new ServerEnd();

    private final RawPeer peer = server.peer;

    @Test
    void settingsComeBeforeTheClientHasSaidAnything() {
        assertThat(peer.received())
                .containsExactly(
                        "SETTING 3=200", "SETTING 4=4194304", "SETTING 5=1048576", "SETTING 6=65536", "SETTINGS");
    }

    @Test
    void windowOfTheTunnelIsToldWhenTheClientHasSpoken() {
        peer.received();
        peer.sendPreface();
        assertThat(peer.received()).containsExactly("SETTINGS ACK", "WINDOW_UPDATE 0 16711681");
        peer.send(peer.connect(1));
        assertThat(peer.received()).isEmpty();
    }

    @Test
    void requestReachesTheHandlerAndItsAnswerThePeer() {
        server.start();
        peer.send(peer.headers(
                1, false, ":method", "CONNECT", ":authority", "10.0.0.1:80", "baggage", "a=b", "forwarded", "for=x"));

        ConnectRequest request = server.exchanges.getFirst().request();
        assertThat(request.method()).isEqualTo("CONNECT");
        assertThat(request.authority()).isEqualTo("10.0.0.1:80");
        assertThat(request.headers()).isEqualTo(HeaderFields.of("baggage", "a=b", "forwarded", "for=x"));
        assertThat(request.endOfInput()).isFalse();

        server.exchanges.getFirst().accept(HeaderFields.of("baggage", "c=d"));
        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=200 baggage=c=d");
    }

    @Test
    void refusalCarriesNothingButTheStatusAndEndsBothHalves() {
        server.start();
        peer.send(peer.connect(1));

        server.exchanges.getFirst().refuse(503);

        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=503 END", "RST_STREAM 1 0");
    }

    @Test
    void answersAreSentToAPeerThatAdvisesShorterLists() {
        server.start();
        peer.sendHex("000006040000000000" + "00060000000a"); // SETTINGS_MAX_HEADER_LIST_SIZE of 10 bytes.
        peer.received();
        peer.send(peer.connect(1));

        server.exchanges.getFirst().accept(HeaderFields.of("baggage", "c=d"));

        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=200 baggage=c=d");
    }

    @Test
    void abandonedRequestIsResetWithoutAnAnswer() {
        server.start();
        peer.send(peer.connect(1));

        server.exchanges.getFirst().abandon();

        assertThat(server.exchanges.getFirst().isOpen()).isFalse();
        assertThat(peer.receivedDecoded()).containsExactly("RST_STREAM 1 8");
    }

    @Test
    void requestWithoutBytesIsAnImmediateHalfClose() {
        server.start();
        peer.send(peer.headers(1, true, ":method", "CONNECT", ":authority", "10.0.0.1:80"));

        assertThat(server.exchanges.getFirst().request().endOfInput()).isTrue();
        TestStreams.Recorder stream = server.accept(server.exchanges.getFirst());
        assertThat(stream.ended).isTrue();
        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=200");
    }

    @Test
    void otherMethodsAreTheHandlersToRefuse() {
        server.start();
        peer.send(
                peer.headers(1, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "10.0.0.1:80"));

        assertThat(server.exchanges.getFirst().request().method()).isEqualTo("GET");
    }

    @Test
    void connectWithSchemeOrPathIsReset() {
        server.start();
        peer.send(peer.headers(1, false, ":method", "CONNECT", ":authority", "a:1", ":scheme", "https"));
        peer.send(peer.headers(3, false, ":method", "CONNECT", ":authority", "a:1", ":path", "/"));

        assertThat(server.exchanges).isEmpty();
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1", "RST_STREAM 3 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {"https ''", "https x", "https *", "https /<", "https '/a b'", "'h ttp' /"})
    void requestForNoResourceIsReset(String scheme, String path) {
        server.start();
        peer.send(peer.headers(1, false, ":method", "GET", ":scheme", scheme, ":path", path, ":authority", "a:1"));

        assertThat(server.exchanges).isEmpty();
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {"https /", "https ?x", "https /a#b", "'' /"})
    void requestForAResourceIsTheHandlersToRefuse(String scheme, String path) {
        server.start();
        peer.send(peer.headers(1, true, ":method", "GET", ":scheme", scheme, ":path", path));

        assertThat(server.exchanges).hasSize(1);
    }

    @Test
    void longHeadersAreAnswered431AndTheTunnelGoesOn() {
        server.start();
        peer.send(peer.headers(1, false, ":method", "CONNECT", ":authority", "a:1", "baggage", "x".repeat(70_000)));
        peer.send(peer.connect(3));

        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=431 END", "RST_STREAM 1 1");
        assertThat(server.exchanges).hasSize(1);
    }

    @Test
    void stream201IsRefused() {
        server.start();
        for (int i = 0; i < 201; i++) {
            peer.send(peer.connect(2 * i + 1));
        }

        assertThat(server.exchanges).hasSize(200);
        assertThat(peer.received()).containsExactly("RST_STREAM 401 7");
    }

    @Test
    void resetByThePeerEndsTheStreamWithItsCode() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        peer.send(peer.reset(1, 8));

        assertThat(server.accepted.getFirst().resetCode).isEqualTo(8);
    }

    @Test
    void peerThatGivesUpBeforeTheAnswerIsNoticed() {
        server.start();
        peer.send(peer.connect(1));
        peer.send(peer.data(1, 100, false));
        List<String> told = new ArrayList<>();
        server.exchanges.getFirst().whenAbandoned(() -> told.add("gone"));

        peer.send(peer.reset(1, 8));

        assertThat(told).containsExactly("gone");
        assertThat(server.exchanges.getFirst().isOpen()).isFalse();
        HboneStream late = server.exchanges.getFirst().accept(HeaderFields.NONE);
        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        late.receive(recorder);
        assertThat(recorder.resetCode).isEqualTo(8);
        assertThat(recorder.kept()).isEmpty();
    }

    @Test
    void framesOnStreamsNeverOpenedEndTheTunnel() {
        server.start();
        peer.send(peer.data(1, 1, false));

        assertThat(peer.received()).containsExactly("GOAWAY 0 1 ");
        assertThat(peer.channel.isOpen()).isFalse();
    }

    @Test
    void evenStreamIdsEndTheTunnel() {
        server.start();
        peer.send(peer.connect(2));

        assertThat(peer.received()).containsExactly("GOAWAY 0 1 ");
    }

    @Test
    void brokenHeaderBlockEndsTheTunnel() {
        server.start();
        peer.sendHex("000001010400000001" + "ff");

        assertThat(peer.received().getFirst()).startsWith("GOAWAY 0 1 ");
        assertThat(server.violations).containsExactly("compression_error");
    }

    @Test
    void silentPeerIsAskedAfterTenSecondsAndGivenUpAfterThirty() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();

        peer.pass(9);
        assertThat(peer.received()).isEmpty();
        peer.pass(1);
        assertThat(peer.received()).containsExactly("PING 1");
        peer.pass(19);
        assertThat(peer.channel.isOpen()).isTrue();
        peer.pass(1);

        assertThat(peer.received()).containsExactly("GOAWAY 1 0 ");
        assertThat(peer.channel.isOpen()).isFalse();
        assertThat(server.accepted.getFirst().lost).isNotNull();
    }

    @Test
    void answeredPingBeginsTheNextInterval() {
        server.start();
        peer.pass(10);
        peer.received();
        peer.pass(5);
        peer.sendHex("000008060100000000" + "0000000000000001");
        peer.pass(9);
        assertThat(peer.received()).isEmpty();
        peer.pass(1);
        assertThat(peer.received()).containsExactly("PING 2");
    }

    @Test
    void drainAnnouncesServesWhatArrivesAndClosesAfterTheLastStream() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();

        server.tunnel.drain();
        List<String> first = peer.received();
        assertThat(first).hasSize(2).element(0).isEqualTo("GOAWAY 2147483647 0 ");
        peer.send(peer.connect(3)); // Slipped in between the two.
        assertThat(server.accepted).hasSize(2);
        peer.receivedDecoded();
        long payload = Long.parseLong(first.get(1).split(" ", -1)[1]);
        peer.send(FrameWriter.ping(peer.channel.alloc(), true, payload));
        assertThat(peer.received()).containsExactly("GOAWAY 3 0 ");

        peer.send(peer.connect(5));
        assertThat(server.accepted).hasSize(2);
        peer.send(peer.data(1, 0, true));
        server.streams.get(0).shutdownOutput();
        assertThat(peer.channel.isOpen()).isTrue();
        peer.send(peer.reset(3, 8));
        assertThat(peer.channel.isOpen()).isFalse();
    }

    @Test
    void drainNeedsNoAnswerOfAPeerThatWouldRatherGoOn() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();

        server.tunnel.drain();
        assertThat(peer.received()).hasSize(2);
        peer.pass(4);
        peer.send(peer.connect(3));
        assertThat(server.accepted).hasSize(2);
        peer.receivedDecoded();
        peer.pass(2);
        assertThat(peer.received()).contains("GOAWAY 3 0 ");

        peer.send(peer.connect(5));
        assertThat(server.accepted).as("nobody else is served").hasSize(2);
    }

    @Test
    void tunnelOfAClientThatLeavesClosesAfterTheLastStream() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        peer.send(FrameWriter.goAway(peer.channel.alloc(), 0, Http2Error.NO_ERROR, ""));
        peer.receivedDecoded();
        assertThat(peer.channel.isOpen()).isTrue();

        peer.send(peer.data(1, 0, true));
        server.streams.getFirst().shutdownOutput();

        assertThat(peer.received()).last().isEqualTo("GOAWAY 1 0 ");
        assertThat(peer.channel.isOpen()).isFalse();
    }

    @Test
    void idleTunnelOfAClientThatLeavesCloses() {
        server.start();

        peer.send(FrameWriter.goAway(peer.channel.alloc(), 0, Http2Error.NO_ERROR, ""));

        assertThat(peer.received()).containsExactly("GOAWAY 0 0 ");
        assertThat(peer.channel.isOpen()).isFalse();
    }
}
