package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client asks and is answered, against hand-made frames. */
class ClientTunnelTest {
    @RegisterExtension
    final ClientEnd client = new ClientEnd();

    private final ClientTunnel tunnel = client.tunnel;
    private final RawPeer peer = client.peer;

    @Test
    void prefaceAndSettingsLeaveAtOnce() {
        assertThat(peer.received())
                .containsExactly(
                        "SETTING 2=0",
                        "SETTING 4=4194304",
                        "SETTING 5=1048576",
                        "SETTING 6=16384",
                        "SETTINGS",
                        "WINDOW_UPDATE 0 16711681");
    }

    @Test
    void requestCarriesItsFieldsInOrderAndNothingElse() {
        client.start();
        client.request(HeaderFields.of("baggage", "a=b", "forwarded", "for=x", "traceparent", "00-1-2-00"));

        assertThat(peer.receivedDecoded())
                .containsExactly("HEADERS 1 :method=CONNECT :authority=10.0.0.1:80"
                        + " baggage=a=b forwarded=for=x traceparent=00-1-2-00");
    }

    @Test
    void valuesBeyondAsciiAreSentInUtf8() {
        client.start();
        client.request(HeaderFields.of("baggage", "service.name=\u00fc\u20ac"));

        assertThat(peer.receivedDecoded())
                .containsExactly("HEADERS 1 :method=CONNECT :authority=10.0.0.1:80"
                        + " baggage=service.name=\u00c3\u00bc\u00e2\u0082\u00ac");
    }

    @Test
    void answer200OpensTheStream() {
        client.start();
        Promise<HboneStream> stream = client.request();
        peer.receivedDecoded();
        peer.send(peer.headers(1, false, ":status", "200", "baggage", "c=d"));
        peer.send(peer.data(1, 5, true));

        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        assertThat(stream.getNow().headers().first("baggage")).isEqualTo("c=d");
        stream.getNow().receive(recorder);
        assertThat(recorder.kept()).hasSize(5);
        assertThat(recorder.ended).isTrue();
        stream.getNow().shutdownOutput();
        assertThat(peer.received()).containsExactly("DATA 1 0-0  END");
    }

    @Test
    void everyOtherStatusIsARefusalThatLeavesTheTunnelAlone() {
        client.start();
        for (int i = 0; i < 4; i++) {
            int status = List.of(204, 302, 401, 503).get(i);
            Promise<HboneStream> stream = client.request();
            peer.receivedDecoded();
            peer.send(peer.headers(2 * i + 1, true, ":status", Integer.toString(status)));
            assertThat(ClientEnd.failure(stream)).isEqualTo(new TunnelFailure.Refused(status));
        }
        assertThat(tunnel.acceptsStreams()).isTrue();
        assertThat(tunnel.load()).isZero();
    }

    @Test
    void interimAnswersAreWaitedOut() {
        client.start();
        Promise<HboneStream> stream = client.request();
        peer.send(peer.headers(1, false, ":status", "103"));
        assertThat(stream.isDone()).isFalse();
        peer.send(peer.headers(1, false, ":status", "200"));
        assertThat(stream.isSuccess()).isTrue();
        stream.getNow().reset(Http2Error.CANCEL);
    }

    @Test
    void answerWithoutStatusMeansYes() {
        client.start();
        Promise<HboneStream> stream = client.request();
        peer.send(peer.headers(1, false, "x", "y"));

        assertThat(stream.isSuccess()).isTrue();
        stream.getNow().reset(Http2Error.CANCEL);
    }

    @Test
    void answerWithALengthThatCannotBeFailsTheRequestOnly() {
        client.start();
        Promise<HboneStream> stream = client.request();
        peer.receivedDecoded();
        peer.send(peer.headers(1, false, ":status", "200", "content-length", "x"));

        assertThat(ClientEnd.failure(stream)).isInstanceOf(TunnelFailure.Http2Failed.class);
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1");
        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void answerBeyondOurHeaderLimitFailsTheRequestOnly() {
        client.start();
        Promise<HboneStream> stream = client.request();
        peer.receivedDecoded();
        peer.send(peer.headers(1, false, ":status", "200", "baggage", "x".repeat(17_000)));

        assertThat(ClientEnd.failure(stream)).isInstanceOf(TunnelFailure.Http2Failed.class);
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1");
        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void resetBeforeTheAnswerSaysItsCode() {
        client.start();
        Promise<HboneStream> stream = client.request();
        peer.send(peer.reset(1, 2));

        assertThat(ClientEnd.failure(stream).text())
                .isEqualTo("h2 failed: stream reset before the answer: INTERNAL_ERROR");
    }

    @Test
    void bytesBeforeTheAnswerAreAFault() {
        client.start();
        Promise<HboneStream> stream = client.request();
        peer.receivedDecoded();
        peer.send(peer.data(1, 10, false));

        assertThat(ClientEnd.failure(stream)).isInstanceOf(TunnelFailure.Http2Failed.class);
        assertThat(peer.received()).singleElement().asString().startsWith("GOAWAY 0 1");
    }

    @ParameterizedTest
    @CsvSource({"false, 3", "true, 11", "true, x"})
    void answerHasToKeepToItsLength(boolean ended, String length) {
        client.start();
        Promise<HboneStream> answered = client.request();
        peer.receivedDecoded();
        peer.send(peer.headers(1, false, ":status", "200", "content-length", length));
        if (answered.isSuccess()) {
            HboneStream stream = answered.getNow();
            stream.receive(new TestStreams.Recorder(stream, true));
        }
        peer.send(peer.data(1, 10, ended));

        assertThat(peer.received()).contains("RST_STREAM 1 1");
        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void requestsWaitUnderThePeersLimitOfStreams() {
        peer.sendHex("000006040000000000" + "0003" + "00000001");
        peer.received();
        Promise<HboneStream> first = client.request();
        Promise<HboneStream> second = client.request();
        assertThat(peer.receivedDecoded()).hasSize(1);

        peer.send(peer.headers(1, true, ":status", "503"));

        assertThat(ClientEnd.failure(first)).isEqualTo(new TunnelFailure.Refused(503));
        assertThat(peer.receivedDecoded().getLast()).startsWith("HEADERS 3 ");
        assertThat(second.isDone()).isFalse();
        second.cancel(false);
    }

    @Test
    void cancelledRequestIsReset() {
        client.start();
        Promise<HboneStream> stream = client.request();
        peer.receivedDecoded();

        stream.cancel(false);

        assertThat(peer.received()).containsExactly("RST_STREAM 1 8");
        assertThat(tunnel.load()).isZero();
    }

    @Test
    void lastStreamsOfATunnelAreAnsweredLikeAnyOther() {
        client.start();
        tunnel.sender.nextStreamId = Integer.MAX_VALUE - 2;
        Promise<HboneStream> lastButOne = client.request();
        Promise<HboneStream> last = client.request();
        peer.receivedDecoded();
        assertThat(client.events).as("ids have run out").endsWith("unusable");

        peer.send(peer.headers(Integer.MAX_VALUE - 2, true, ":status", "503"));
        peer.send(peer.headers(Integer.MAX_VALUE, true, ":status", "401"));

        assertThat(ClientEnd.failure(lastButOne)).isEqualTo(new TunnelFailure.Refused(503));
        assertThat(ClientEnd.failure(last)).isEqualTo(new TunnelFailure.Refused(401));
    }

    @Test
    void tunnelDoesNotCloseUnderItsVeryLastRequest() {
        client.start();
        tunnel.sender.nextStreamId = Integer.MAX_VALUE;

        Promise<HboneStream> last = client.request();

        assertThat(peer.receivedDecoded()).hasSize(1).first().asString().startsWith("HEADERS 2147483647 ");
        peer.send(peer.headers(Integer.MAX_VALUE, true, ":status", "503"));
        assertThat(ClientEnd.failure(last)).isEqualTo(new TunnelFailure.Refused(503));
        assertThat(peer.channel.isOpen()).isFalse();
    }

    @Test
    void requestsForWhichNoIdIsLeftGoElsewhere() {
        peer.sendHex("000006040000000000" + "0003" + "00000001"); // One stream at a time.
        tunnel.sender.nextStreamId = Integer.MAX_VALUE - 2;
        client.request();
        Promise<HboneStream> last = client.request();
        Promise<HboneStream> beyond = client.request();
        peer.receivedDecoded();

        peer.send(peer.headers(Integer.MAX_VALUE - 2, true, ":status", "503"));

        assertThat(client.unprocessed).extracting(PendingConnect::promise).containsExactly(beyond);
        assertThat(last.isDone()).isFalse();
    }

    @Test
    void goAwayResetsWhatWasAnsweredAllTheSame() {
        client.start();
        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        Promise<HboneStream> stream = client.request();
        peer.receivedDecoded();
        peer.send(peer.headers(1, false, ":status", "200"));
        stream.getNow().receive(recorder);

        peer.send(FrameWriter.goAway(peer.channel.alloc(), 0, Http2Error.NO_ERROR, ""));

        assertThat(recorder.resetCode).isEqualTo(Http2Error.NO_ERROR.code());
        assertThat(recorder.lost).isNull();
        assertThat(client.unprocessed).isEmpty();
    }

    @Test
    void goAwayHandsBackWhatWasNotProcessedAndKeepsTheRest() {
        client.start();
        Promise<HboneStream> open = client.request();
        peer.send(peer.headers(1, false, ":status", "200"));
        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        open.getNow().receive(recorder);
        Promise<HboneStream> processed = client.request();
        Promise<HboneStream> raced = client.request();
        peer.receivedDecoded();

        peer.send(FrameWriter.goAway(peer.channel.alloc(), Integer.MAX_VALUE, Http2Error.NO_ERROR, ""));
        assertThat(client.events).endsWith("unusable");
        assertThat(client.unprocessed).isEmpty();
        peer.send(FrameWriter.goAway(peer.channel.alloc(), 3, Http2Error.NO_ERROR, ""));

        assertThat(client.unprocessed).hasSize(1);
        assertThat(client.unprocessed.getFirst().promise()).isSameAs(raced);
        assertThat(raced.isDone()).isFalse();
        assertThat(processed.isDone()).isFalse();
        assertThat(recorder.lost).isNull();

        peer.send(peer.headers(3, true, ":status", "503"));
        peer.send(peer.data(1, 0, true));
        open.getNow().shutdownOutput();
        peer.received();
        assertThat(peer.channel.isOpen()).isFalse();
        raced.cancel(false);
    }

    @Test
    void bulkStreamsAndSmallOnesTakeTurns() {
        client.start();
        Promise<HboneStream> bulk = client.request();
        Promise<HboneStream> small = client.request();
        peer.send(peer.headers(1, false, ":status", "200"));
        peer.send(peer.headers(3, false, ":status", "200"));
        List<String> turns = new ArrayList<>();
        bulk.getNow().receive(new Greedy(bulk.getNow(), "bulk", turns));
        small.getNow().receive(new Greedy(small.getNow(), "small", turns));
        peer.received();
        // The tunnel's window is empty after this, and both wait.
        bulk.getNow().write(Unpooled.buffer().writeBytes(new byte[65_535]));
        assertThat(bulk.getNow().isWritable()).isFalse();
        assertThat(small.getNow().isWritable()).isFalse();
        peer.sendHex("000004080000000001" + "00100000");
        peer.sendHex("000004080000000003" + "00100000");

        for (int i = 0; i < 4; i++) {
            peer.sendHex("000004080000000000" + "000003e8");
        }

        assertThat(turns).containsExactly("bulk", "small", "bulk", "small");
    }

    /** Writes a thousand bytes whenever it may. */
    private static final class Greedy extends TestStreams.Recorder {
        private final HboneStream stream;
        private final String name;
        private final List<String> turns;

        Greedy(HboneStream stream, String name, List<String> turns) {
            super(null, false);
            this.stream = stream;
            this.name = name;
            this.turns = turns;
        }

        @Override
        public void onWritable() {
            turns.add(name);
            stream.write(Unpooled.buffer().writeBytes(new byte[1000]));
            assertThat(stream.isWritable()).isFalse();
        }
    }
}
