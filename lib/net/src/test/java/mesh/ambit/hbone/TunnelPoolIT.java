package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http2.Http2Error;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TestPki;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which requests share a tunnel, and when a tunnel is left. */
class TunnelPoolIT {
    private final TunnelLab lab = new TunnelLab();

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    @Test
    void tunnelIsUsedAgain() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        for (int i = 0; i < 5; i++) {
            lab.finish(lab.open(pool));
        }

        assertThat(lab.acceptedTunnels()).isEqualTo(1);
    }

    @Test
    void differentKeysNeverShareATunnel() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        lab.open(pool, lab.key("uid-1", "127.0.0.1"));
        lab.open(pool, lab.key("uid-2", "127.0.0.1"));
        lab.open(pool, lab.key("uid-2", "127.0.0.2"));

        assertThat(lab.openTunnels(pool)).isEqualTo(3);
    }

    @Test
    void fourStreamsUnderALimitOfTwoTakeTwoTunnels() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool(2, Duration.ofMinutes(5));
        lab.openMany(pool, 4);

        assertThat(lab.openTunnels(pool)).isEqualTo(2);
    }

    @Test
    void limitOfOneGivesEachStreamItsTunnelWhichClosesWithIt() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool(1, Duration.ofMinutes(5));
        List<HboneStream> streams = lab.openMany(pool, 3);
        assertThat(lab.openTunnels(pool)).isEqualTo(3);

        for (HboneStream stream : streams) {
            lab.finish(stream);
        }
        lab.awaitOpenTunnels(pool, 0);
    }

    @Test
    void fullTunnelIsLeftForGoodEvenWhenItsStreamsHaveEnded() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool(2, Duration.ofMinutes(5));
        List<HboneStream> streams = lab.openMany(pool, 2);
        lab.finish(streams.get(0));
        lab.open(pool);

        assertThat(lab.acceptedTunnels()).isEqualTo(2);
    }

    @Test
    void manyRequestsAtOnceForANewKeyMakeOneTunnel() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        lab.openMany(pool, 60);

        assertThat(lab.acceptedTunnels()).isEqualTo(1);
    }

    @Test
    void unusedTunnelIsReleasedButNotUnderItsStreams() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool(100, Duration.ofMillis(50));
        HboneStream stream = lab.open(pool);
        HboneStream other = lab.open(pool, lab.key("other", "127.0.0.1"));
        lab.finish(other);
        lab.awaitOpenTunnels(pool, 1);

        lab.echo(stream, "still here");
        lab.finish(stream);
        lab.awaitOpenTunnels(pool, 0);
    }

    @Test
    void requestThatRacedWithGoAwayIsRepeatedOnANewTunnel() throws Exception {
        lab.serveEcho();
        lab.turnAway(1);
        TunnelPool pool = lab.pool();

        HboneStream stream = lab.open(pool);

        lab.echo(stream, "second try");
        assertThat(lab.acceptedTunnels()).isEqualTo(2);
    }

    @Test
    void requestsBeyondTheServersLimitWaitForRoomEvenThoseThatDidNotKnowIt() throws Exception {
        lab.serveEcho();
        int most = ServerTunnel.MAX_CONCURRENT_STREAMS;
        TunnelPool pool = lab.pool(most + 50, Duration.ofMinutes(5));
        List<io.netty.util.concurrent.Future<HboneStream>> requests = new ArrayList<>();
        lab.onLoop(() -> {
            for (int i = 0; i < most + 10; i++) {
                requests.add(lab.request(pool));
            }
        });

        for (int i = 0; i < most + 10; i++) {
            lab.finish(Loops.get(requests.get(i)));
        }

        assertThat(lab.acceptedTunnels()).isEqualTo(1);
    }

    @Test
    void requestIsRepeatedOnlyOnce() throws Exception {
        lab.serveEcho();
        lab.turnAway(100);
        TunnelPool pool = lab.pool();

        assertThatThrownBy(() -> lab.open(pool)).hasMessage("h2 failed: not processed before GOAWAY");
        assertThat(lab.acceptedTunnels()).isEqualTo(2);
        lab.awaitOpenTunnels(pool, 0);
    }

    @Test
    void tunnelsOfAGoneWorkloadAreLeftAndIdleOnesClosed() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        TestStreams.Recorder gone = lab.record(lab.open(pool, lab.key("gone", "127.0.0.1")));
        lab.finish(lab.open(pool, lab.key("gone", "127.0.0.2")));
        TestStreams.Recorder other = lab.record(lab.open(pool, lab.key("other", "127.0.0.1")));

        lab.onLoop(() -> pool.leave(key -> key.workloadUid().equals("gone")));

        lab.awaitOpenTunnels(pool, 2);
        lab.open(pool, lab.key("gone", "127.0.0.1"));
        assertThat(lab.acceptedTunnels()).as("a new tunnel").isEqualTo(4);
        assertThat(gone.lost).as("its peer still answers").isNull();
        assertThat(other.lost).isNull();
    }

    @Test
    void closedPoolRefuses() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        TestStreams.Recorder stream = lab.record(lab.open(pool));
        lab.onLoop(pool::close);

        assertThat(stream.lost).isInstanceOf(TunnelFailure.Closed.class);
        assertThatThrownBy(() -> lab.open(pool)).hasMessage("pool closed");
        lab.awaitOpenTunnels(pool, 0);
    }

    @Test
    void closingWhileTheCertificateIsAwaitedFailsTheRequest() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        CompletableFuture<Svid> never = new CompletableFuture<>();
        AtomicReference<io.netty.util.concurrent.Future<HboneStream>> pending = new AtomicReference<>();
        lab.onLoop(() -> pending.set(pool.connect(lab.key("uid", "127.0.0.1"), () -> never, "a:1", HeaderFields.NONE)));
        lab.onLoop(pool::close);

        assertThatThrownBy(() -> Loops.get(pending.get())).hasMessage("pool closed");
        never.complete(lab.clientSvid());
        lab.awaitOpenTunnels(pool, 0);
    }

    @Test
    void missingCertificateFailsWithItsReason() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        AtomicReference<io.netty.util.concurrent.Future<HboneStream>> pending = new AtomicReference<>();
        lab.onLoop(() -> pending.set(pool.connect(
                lab.key("uid", "127.0.0.1"),
                () -> CompletableFuture.failedFuture(new IllegalStateException("CA says no")),
                "a:1",
                HeaderFields.NONE)));

        assertThatThrownBy(() -> Loops.get(pending.get()))
                .isInstanceOfSatisfying(
                        TunnelException.class,
                        e -> assertThat(e.failure()).isEqualTo(new TunnelFailure.NoCertificate("CA says no")));
        lab.awaitOpenTunnels(pool, 0);
    }

    @Test
    void drainedPoolClosesIdleTunnelsAndStillServes() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        HboneStream open = lab.open(pool);
        lab.onLoop(pool::drain);
        lab.echo(open, "still here");
        HboneStream late = lab.open(pool);
        lab.echo(late, "late");

        lab.finish(open);
        lab.finish(late);
        lab.awaitOpenTunnels(pool, 0);
    }

    @Test
    void tunnelIsLeftShortlyBeforeTheServersCertificateEnds() throws Exception {
        Instant now = lab.clock().instant();
        lab.serveEcho(new TestPki.Leaf(TunnelLab.SERVER)
                .valid(now.minus(Duration.ofMinutes(30)), now.plus(Duration.ofMinutes(30))));
        TunnelPool pool = lab.pool();
        HboneStream first = lab.open(pool);

        lab.clock().move(Duration.ofMinutes(30).minusSeconds(15));
        lab.open(pool);
        assertThat(lab.acceptedTunnels()).isEqualTo(1);
        lab.clock().move(Duration.ofSeconds(11));
        // The server's side trusts real time, so the new tunnel is made; what counts is that the old one is left.
        lab.open(pool);

        assertThat(lab.acceptedTunnels()).isEqualTo(2);
        lab.echo(first, "goes on");
    }

    @Test
    void tunnelIsLeftATenthBeforeAShortCertificateEnds() throws Exception {
        Instant now = lab.clock().instant();
        lab.serveEcho();
        lab.clientSvid(new TestPki.Leaf(TunnelLab.CLIENT).valid(now.minusSeconds(5), now.plusSeconds(40)));
        TunnelPool pool = lab.pool();
        lab.open(pool);

        lab.clock().move(Duration.ofSeconds(33));
        lab.open(pool);
        assertThat(lab.acceptedTunnels()).isEqualTo(1);
        lab.clock().move(Duration.ofMillis(3_500));
        lab.clientSvid(new TestPki.Leaf(TunnelLab.CLIENT));
        lab.open(pool);
        assertThat(lab.acceptedTunnels()).isEqualTo(2);
    }

    @Test
    void requestThatWaitedForRoomUntilTheCertificateEndedTakesANewTunnel() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool(ServerTunnel.MAX_CONCURRENT_STREAMS + 2, Duration.ofMinutes(5));
        List<HboneStream> streams = lab.openMany(pool, ServerTunnel.MAX_CONCURRENT_STREAMS);
        AtomicReference<io.netty.util.concurrent.Future<HboneStream>> waiting = new AtomicReference<>();
        lab.onLoop(() -> waiting.set(lab.request(pool)));
        lab.clock().move(Duration.ofHours(1));

        lab.finish(streams.getFirst());

        lab.echo(Loops.get(waiting.get()), "elsewhere");
        assertThat(lab.acceptedTunnels()).isEqualTo(2);
        lab.echo(streams.getLast(), "goes on");
    }

    @Test
    void serverSendsGoAwayWhenItsClientsCertificateEnds() throws Exception {
        lab.serveEcho();
        Instant now = lab.serverClock().instant();
        lab.clientSvid(new TestPki.Leaf(TunnelLab.CLIENT).valid(now.minusSeconds(3600), now.plusSeconds(3600)));
        TunnelPool pool = lab.pool();
        // Only the server's: by the other clocks the certificate lasts, and the client would not leave by itself.
        lab.serverClock().move(Duration.ofSeconds(3598));
        HboneStream stream = lab.open(pool);

        Loops.await("tunnel drained", () -> lab.handshakes() == 0 && lab.isLeft(pool));
        lab.echo(stream, "open streams go on");
        lab.finish(stream);
        lab.awaitOpenTunnels(pool, 0);
    }

    @Test
    void abandonedRequestIsResetAtTheServer() throws Exception {
        List<ConnectExchange> exchanges = new ArrayList<>();
        lab.serve(exchange -> {
            synchronized (exchanges) {
                exchanges.add(exchange);
            }
        });
        TunnelPool pool = lab.pool();
        AtomicReference<io.netty.util.concurrent.Future<HboneStream>> pending = new AtomicReference<>();
        lab.onLoop(() -> pending.set(lab.request(pool)));
        Loops.await("request arrived", () -> {
            synchronized (exchanges) {
                return !exchanges.isEmpty();
            }
        });

        lab.onLoop(() -> pending.get().cancel(false));

        Loops.await("server noticed", () -> {
            synchronized (exchanges) {
                return !exchanges.getFirst().isOpen();
            }
        });
        assertThat(lab.openTunnels(pool)).isEqualTo(1);
    }

    @Test
    void streamsThatAreResetLeaveNothingBehind() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        for (int i = 0; i < 50; i++) {
            HboneStream stream = lab.open(pool);
            lab.onLoop(() -> stream.reset(Http2Error.CANCEL));
        }

        assertThat(lab.acceptedTunnels()).isEqualTo(1);
        lab.onLoop(pool::drain);
        lab.awaitOpenTunnels(pool, 0);
    }
}
