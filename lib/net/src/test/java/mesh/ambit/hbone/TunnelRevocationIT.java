package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mesh.ambit.tls.TestPki;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TunnelRevocationIT {
    private final TunnelLab lab = new TunnelLab();

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    @Test
    void aServerThatIsRevokedLosesItsTunnelAndTheStreamsOnItSayWhy() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        TestStreams.Recorder recorder = lab.record(lab.open(pool));
        assertThat(lab.watched()).isEqualTo(2);

        lab.revoke(lab.serverSvid());
        Loops.await("the stream is lost", () -> recorder.lost != null);

        assertThat(recorder.lost).isEqualTo(new TunnelFailure.PeerRevoked());
        lab.awaitOpenTunnels(pool, 0);
        Loops.await("nobody is watched any more", () -> lab.watched() == 0);
    }

    @Test
    void aClientThatIsRevokedLosesItsTunnelAndTheServersStreamsSayWhy() throws Exception {
        CompletableFuture<TestStreams.Recorder> serving = new CompletableFuture<>();
        lab.serve(exchange -> {
            HboneStream stream = exchange.accept(HeaderFields.NONE);
            TestStreams.Recorder recorder = new TestStreams.Recorder(stream, true);
            stream.receive(recorder);
            serving.complete(recorder);
        });
        TunnelPool pool = lab.pool();
        TestStreams.Recorder client = lab.record(lab.open(pool));
        TestStreams.Recorder server = serving.get(60, TimeUnit.SECONDS);

        lab.revoke(lab.clientSvid());
        Loops.await("the server's stream is lost", () -> server.lost != null);

        assertThat(server.lost).isEqualTo(new TunnelFailure.PeerRevoked());
        Loops.await("the client notices", () -> client.lost != null || client.resetCode >= 0);
        lab.awaitOpenTunnels(pool, 0);
    }

    @Test
    void aListThatNamesOthersLeavesTheTunnelAlone() throws Exception {
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        HboneStream stream = lab.open(pool);

        lab.revoke();
        lab.echo(stream, "still here");
    }

    @Test
    void aTunnelWhoseClientsCertificateEndsTakesNoNewStreamsAndKeepsTheOldOnes() throws Exception {
        Instant now = lab.serverClock().instant();
        lab.clientSvid(new TestPki.Leaf(lab.clientSvid().identity().toString())
                .valid(now.minus(Duration.ofMinutes(1)), now.plus(Duration.ofHours(1))));
        lab.serverClock().move(Duration.ofHours(1).minusSeconds(2));
        lab.serveEcho();
        TunnelPool pool = lab.pool();
        HboneStream stream = lab.open(pool);

        // By the client's clock the certificate lasts, so it is the server's GOAWAY that makes it leave.
        Loops.await("the tunnel is left", () -> lab.isLeft(pool));
        lab.echo(stream, "still here");
    }
}
