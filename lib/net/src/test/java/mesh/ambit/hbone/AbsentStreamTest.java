package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames that a server gets for streams which it does not have. */
class AbsentStreamTest {
    @RegisterExtension
    final ServerEnd server = new ServerEnd();

    private final RawPeer peer = server.peer;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "DATA, 000000000000000002",
        "RST_STREAM, 00000403000000000200000008",
        "WINDOW_UPDATE, 00000408000000000200000001",
    })
    void streamsThatOnlyWeCouldOpenHaveNeverBegun(String what, String frame) {
        server.start();
        peer.send(peer.connect(3));
        peer.received();

        peer.sendHex(frame);

        assertThat(peer.received()).as(what).containsExactly("GOAWAY 3 1 ");
    }

    @Test
    void whateverComesOfAStreamBehindOurGoAwayIsIgnored() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        server.tunnel.drain();
        peer.pass(6);
        assertThat(peer.received()).last().isEqualTo("GOAWAY 1 0 ");

        peer.send(peer.connect(3));
        peer.send(peer.headers(3, true, "trailer", "of a request that was never read"));
        peer.send(peer.connect(5));
        peer.send(peer.data(5, 1_000, true));
        peer.send(peer.reset(5, 8));

        assertThat(peer.received()).isEmpty();
        assertThat(server.exchanges).hasSize(1);
        peer.send(peer.data(1, 5, false));
        assertThat(server.accepted.getFirst().kept()).hasSize(5);
    }

    @Test
    void bytesOfStreamsBehindOurGoAwayReturnTheirCredit() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        server.tunnel.drain();
        peer.pass(6);
        peer.received();
        peer.send(peer.connect(3));

        for (int i = 0; i < 40; i++) {
            peer.send(peer.data(3, 1024 * 1024, false));
        }

        assertThat(peer.received()).hasSize(5).allMatch(frame -> frame.startsWith("WINDOW_UPDATE 0 "));
    }
}
