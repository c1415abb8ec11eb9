package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.ExpectedSans;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client's end against hand-made frames. */
class ClientTunnelTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final TunnelKey KEY = new TunnelKey(
            new SpiffeId("cluster.local", "shop", "web"),
            new ExpectedSans(List.of()),
            new InetSocketAddress(LOOPBACK, 15008),
            LOOPBACK,
            "uid");

    private final List<String> events = new ArrayList<>();
    private final List<PendingConnect> unprocessed = new ArrayList<>();

    private final ClientTunnel tunnel =
            new ClientTunnel(TunnelSettings.DEFAULT, TunnelGuards.NONE, new ClientTunnel.Owner() {
                @Override
                public void onUnusable(ClientTunnel tunnel) {
                    events.add("unusable");
                }

                @Override
                public void onUnprocessed(ClientTunnel tunnel, PendingConnect request) {
                    unprocessed.add(request);
                }

                @Override
                public void onEstablished(ClientTunnel tunnel) {
                    events.add("established");
                }

                @Override
                public void onGone(ClientTunnel tunnel) {
                    events.add("gone");
                }
            });
    private final RawPeer peer = new RawPeer(tunnel, false);

    @AfterEach
    void close() {
        peer.close();
    }

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
        start();
        request(HeaderFields.of("baggage", "a=b", "forwarded", "for=x", "traceparent", "00-1-2-00"));

        assertThat(peer.receivedDecoded())
                .containsExactly("HEADERS 1 :method=CONNECT :authority=10.0.0.1:80"
                        + " baggage=a=b forwarded=for=x traceparent=00-1-2-00");
    }

    @Test
    void answer200OpensTheStream() {
        start();
        Promise<HboneStream> stream = request();
        peer.receivedDecoded();
        peer.send(peer.headers(1, false, ":status", "200", "baggage", "c=d"));
        peer.send(peer.data(1, 5, true));

        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        stream.getNow().receive(recorder);
        assertThat(stream.getNow().headers().first("baggage")).isEqualTo("c=d");
        assertThat(recorder.kept()).hasSize(5);
        assertThat(recorder.ended).isTrue();
        stream.getNow().shutdownOutput();
        assertThat(peer.received()).containsExactly("DATA 1 0-0  END");
    }

    @Test
    void everyOtherStatusIsARefusalThatLeavesTheTunnelAlone() {
        start();
        for (int i = 0; i < 4; i++) {
            int status = List.of(204, 302, 401, 503).get(i);
            Promise<HboneStream> stream = request();
            peer.receivedDecoded();
            peer.send(peer.headers(2 * i + 1, true, ":status", Integer.toString(status)));
            assertThat(failure(stream)).isEqualTo(new TunnelFailure.Refused(status));
        }
        assertThat(tunnel.acceptsStreams()).isTrue();
        assertThat(tunnel.load()).isZero();
    }

    @Test
    void interimAnswersAreWaitedOut() {
        start();
        Promise<HboneStream> stream = request();
        peer.send(peer.headers(1, false, ":status", "103"));
        assertThat(stream.isDone()).isFalse();
        peer.send(peer.headers(1, false, ":status", "200"));
        assertThat(stream.isSuccess()).isTrue();
        stream.getNow().reset(Http2Error.CANCEL);
    }

    @Test
    void answerWithoutStatusFailsTheRequestOnly() {
        start();
        Promise<HboneStream> stream = request();
        peer.receivedDecoded();
        peer.send(peer.headers(1, false, "x", "y"));

        assertThat(failure(stream)).isInstanceOf(TunnelFailure.Http2Failed.class);
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1");
        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void answerBeyondOurHeaderLimitFailsTheRequestOnly() {
        start();
        Promise<HboneStream> stream = request();
        peer.receivedDecoded();
        peer.send(peer.headers(1, false, ":status", "200", "baggage", "x".repeat(17_000)));

        assertThat(failure(stream)).isInstanceOf(TunnelFailure.Http2Failed.class);
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1");
        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void resetBeforeTheAnswerSaysItsCode() {
        start();
        Promise<HboneStream> stream = request();
        peer.send(peer.reset(1, 7));

        assertThat(failure(stream).text()).isEqualTo("h2 failed: stream reset before the answer: REFUSED_STREAM");
    }

    @Test
    void bytesBeforeTheAnswerAreAFault() {
        start();
        Promise<HboneStream> stream = request();
        peer.receivedDecoded();
        peer.send(peer.data(1, 10, false));

        assertThat(failure(stream)).isInstanceOf(TunnelFailure.Http2Failed.class);
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1");
    }

    @Test
    void requestsWaitUnderThePeersLimitOfStreams() {
        peer.sendHex("000006040000000000" + "0003" + "00000001");
        peer.received();
        Promise<HboneStream> first = request();
        Promise<HboneStream> second = request();
        assertThat(peer.receivedDecoded()).hasSize(1);

        peer.send(peer.headers(1, true, ":status", "503"));

        assertThat(failure(first)).isEqualTo(new TunnelFailure.Refused(503));
        assertThat(peer.receivedDecoded().getLast()).startsWith("HEADERS 3 ");
        assertThat(second.isDone()).isFalse();
        second.cancel(false);
    }

    @Test
    void cancelledRequestIsReset() {
        start();
        Promise<HboneStream> stream = request();
        peer.receivedDecoded();

        stream.cancel(false);

        assertThat(peer.received()).containsExactly("RST_STREAM 1 8");
        assertThat(tunnel.load()).isZero();
    }

    @Test
    void goAwayHandsBackWhatWasNotProcessedAndKeepsTheRest() {
        start();
        Promise<HboneStream> open = request();
        peer.send(peer.headers(1, false, ":status", "200"));
        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        open.getNow().receive(recorder);
        Promise<HboneStream> processed = request();
        Promise<HboneStream> raced = request();
        peer.receivedDecoded();

        peer.send(FrameWriter.goAway(peer.channel.alloc(), Integer.MAX_VALUE, Http2Error.NO_ERROR, ""));
        assertThat(events).endsWith("unusable");
        assertThat(unprocessed).isEmpty();
        peer.send(FrameWriter.goAway(peer.channel.alloc(), 3, Http2Error.NO_ERROR, ""));

        assertThat(unprocessed).hasSize(1);
        assertThat(unprocessed.getFirst().promise()).isSameAs(raced);
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
    void tunnelWithAnUnansweredPingIsNotForNewStreams() {
        start();
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
        start();
        peer.pass(5);

        assertThat(tunnel.acceptsStreams()).isTrue();
        assertThat(peer.received()).containsExactly("PING 1");
        peer.pass(2);
        assertThat(tunnel.acceptsStreams()).isFalse();
    }

    @Test
    void deadPeerFailsWhatWaitsAndLosesWhatIsOpen() {
        start();
        Promise<HboneStream> open = request();
        peer.send(peer.headers(1, false, ":status", "200"));
        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        open.getNow().receive(recorder);
        Promise<HboneStream> waiting = request();
        peer.pass(1);
        peer.sendHex("000004080000000000" + "000003e8"); // The peer lived when it had the request.

        peer.pass(9);
        peer.pass(20);

        assertThat(failure(waiting).text()).isEqualTo("h2 failed: keep-alive timed out");
        assertThat(recorder.lost).isNotNull();
        assertThat(events).contains("gone");
        assertThat(peer.received()).doesNotContain("GOAWAY");
    }

    @Test
    void requestOfWhichNothingIsHeardGoesElsewhereAfterASecond() {
        start();
        peer.pass(5);
        assertThat(tunnel.acceptsStreams()).isTrue();
        Promise<HboneStream> request = request();
        assertThat(peer.receivedDecoded()).hasSize(2).first().isEqualTo("PING 1");

        peer.pass(1);

        assertThat(events).containsExactly("established", "unusable");
        assertThat(unprocessed).hasSize(1);
        assertThat(request.isDone()).isFalse();
        assertThat(peer.received()).containsExactly("RST_STREAM 1 8");
    }

    @Test
    void requestIsLeftToAPeerThatHasBeenHeardSince() {
        start();
        peer.pass(5);
        assertThat(tunnel.acceptsStreams()).isTrue();
        Promise<HboneStream> request = request();
        peer.channel.advanceTimeBy(500, TimeUnit.MILLISECONDS);
        peer.sendHex("000004080000000000" + "000003e8");

        peer.pass(2);

        assertThat(request.isDone()).isFalse();
        assertThat(unprocessed).isEmpty();
    }

    @Test
    void requestSentToATunnelThatWasDeadIsNotLost() {
        start();
        peer.pass(1);
        Promise<HboneStream> early = request();
        peer.pass(4);
        Promise<HboneStream> late = request();

        peer.channel.close();

        assertThat(failure(early).text()).as("the peer may have lived then").startsWith("h2 failed: ");
        assertThat(late.isDone()).isFalse();
        assertThat(unprocessed).hasSize(1);
    }

    @Test
    void streamsToAGoneWorkloadEndUnlessItsPeerAnswers() {
        start();
        Promise<HboneStream> open = request();
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

    @Test
    void bulkStreamsAndSmallOnesTakeTurns() {
        start();
        Promise<HboneStream> bulk = request();
        Promise<HboneStream> small = request();
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

    private void start() {
        peer.sendHex(RawPeer.SETTINGS);
        peer.received();
    }

    private Promise<HboneStream> request() {
        return request(HeaderFields.NONE);
    }

    private Promise<HboneStream> request(HeaderFields headers) {
        Promise<HboneStream> promise = ImmediateEventExecutor.INSTANCE.newPromise();
        PendingConnect pending =
                new PendingConnect(KEY, () -> new CompletableFuture<>(), "10.0.0.1:80", headers, promise);
        tunnel.request(pending);
        return promise;
    }

    private static TunnelFailure failure(Promise<HboneStream> stream) {
        assertThat(stream.cause()).isInstanceOf(TunnelException.class);
        return ((TunnelException) stream.cause()).failure();
    }
}
