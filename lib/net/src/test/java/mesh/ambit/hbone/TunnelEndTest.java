package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stream that stood has to say of its tunnel's end, and what a tunnel says that never came to be. */
class TunnelEndTest {
    private final ServerEnd server = new ServerEnd();
    private final RawPeer peer = server.peer;

    @BeforeEach
    void acceptAtOnce() {
        server.acceptAtOnce = true;
    }

    @AfterEach
    void close() {
        peer.close();
        assertThat(server.handshakeFailures).isEmpty();
    }

    @Test
    void peerThatJustGoesAwayHasEndedItsStreams() {
        open();
        peer.channel.close();
        assertThat(lost().complaint()).isNull();
    }

    @Test
    void peerThatAnnouncesItsEndShouldHaveEndedThem() {
        open();
        peer.channel.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
        peer.channel.close();
        assertThat(lost().complaint()).isEqualTo("broken pipe");
    }

    @Test
    void resetOfTheConnectionIsNoEnd() {
        open();
        peer.channel.pipeline().fireExceptionCaught(reset());
        assertThat(lost()).isEqualTo(new TunnelFailure.Http2Failed("h2 failed: connection reset", "connection reset"));
    }

    @Test
    void peerThatFellSilentHasEndedItsStreamsToo() {
        open();
        peer.pass(10);
        peer.received();
        peer.pass(20);
        assertThat(lost().complaint()).isNull();
    }

    @Test
    void resetDuringTheHandshakeIsAFailedHandshake() {
        List<TunnelFailure> failures = new ArrayList<>();
        EmbeddedChannel early = new EmbeddedChannel(new ServerTunnel(
                TunnelSettings.DEFAULT, TunnelGuards.NONE, InstantSource.system(), new ConnectHandler() {
                    @Override
                    public void onConnect(ConnectExchange exchange) {}

                    @Override
                    public void onHandshakeFailed(InetSocketAddress from, InetSocketAddress to, TunnelFailure failure) {
                        failures.add(failure);
                    }
                }));
        early.pipeline().fireExceptionCaught(reset());
        early.finishAndReleaseAll();
        assertThat(failures)
                .containsExactly(new TunnelFailure.HandshakeFailed("tls handshake error: connection reset"));
    }

    @Test
    void endDuringTheHandshakeHasAText() {
        assertThat(FailureText.of(new ClosedChannelException())).isEqualTo("connection closed by peer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "web:80:80", "web:80/", "we b:80", "http://web:80"})
    void authorityThatIsNoneIsMalformed(String authority) {
        server.start();
        peer.send(peer.headers(1, false, ":method", "CONNECT", ":authority", authority));
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1");
        assertThat(server.accepted).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"X-Foo, bar", "a b, c", "\u00e9, c", "'', c", ":foo, bar", "a, 'x\r\ny'", "a, '\u0000'", "a, '\u007f'"})
    void whoCannotWriteFieldsLosesTheTunnel(String name, String value) {
        server.start();
        peer.send(peer.headers(1, false, ":method", "CONNECT", ":authority", "web:80", name, value));
        assertThat(peer.received()).singleElement().asString().startsWith("GOAWAY 0 1");
        assertThat(server.accepted).isEmpty();
    }

    @Test
    void requestWithoutAMethodLosesTheTunnelToo() {
        server.start();
        peer.send(peer.headers(1, false, ":method", "", ":authority", "web:80"));
        assertThat(peer.received()).singleElement().asString().startsWith("GOAWAY 0 1");
    }

    @ParameterizedTest
    @CsvSource({"connection, close", "te, gzip", ":status, 200", ":method, CONNECT", ":authority, web:80", ":path, ''"})
    void fieldThatIsOutOfPlaceIsMalformed(String name, String value) {
        server.start();
        peer.send(peer.headers(1, false, ":method", "CONNECT", ":authority", "web:80", name, value));
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1");
        assertThat(server.accepted).isEmpty();
    }

    @Test
    void lengthThatIsNoneOrNotKeptIsMalformed() {
        server.start();
        peer.send(peer.headers(1, false, ":method", "CONNECT", ":authority", "web:80", "content-length", "abc"));
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1");
        peer.send(peer.headers(3, true, ":method", "CONNECT", ":authority", "web:80", "content-length", "5"));
        assertThat(peer.received()).containsExactly("RST_STREAM 3 1");
        peer.send(peer.headers(5, true, ":method", "CONNECT", ":authority", "web:80", "content-length", "0"));
        peer.send(peer.headers(7, false, ":method", "CONNECT", ":authority", "web:80", "content-length", "5"));
        assertThat(server.accepted).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"10, false, false", "10, true, false", "9, false, true", "11, false, false", "11, true, true"})
    void requestHasToKeepToItsLength(int length, boolean ended, boolean reset) {
        server.start();
        peer.send(peer.headers(
                1, false, ":method", "CONNECT", ":authority", "web:80", "content-length", Integer.toString(length)));
        peer.received();
        peer.send(peer.data(1, 10, ended));
        assertThat(peer.received().contains("RST_STREAM 1 1")).isEqualTo(reset);
    }

    @Test
    void onlyAConnectGoesWithoutSchemeAndPath() {
        Map<String, String> target = Map.ofEntries(entry(":scheme", "https"), entry(":path", "/"));
        server.start();
        int streamId = 1;
        for (Map.Entry<String, String> one : target.entrySet()) {
            peer.send(
                    peer.headers(streamId, true, ":method", "GET", ":authority", "web", one.getKey(), one.getValue()));
            assertThat(peer.received()).containsExactly("RST_STREAM " + streamId + " 1");
            streamId += 2;
        }
        assertThat(server.accepted).isEmpty();
    }

    @Test
    void whoHasSaidEverythingStopsListeningWithoutFailingThePeer() {
        open();
        HboneStream stream = server.streams.getFirst();
        stream.shutdownOutput();
        stream.reset(Http2Error.CANCEL);
        assertThat(peer.received()).endsWith("RST_STREAM 1 0");
    }

    private static IOException reset() {
        return new IOException("recvAddress(..) failed with error(-104): Connection reset by peer");
    }

    private void open() {
        peer.sendPreface();
        peer.send(peer.connect(1));
        peer.received();
    }

    private TunnelFailure lost() {
        TunnelFailure failure = server.accepted.getFirst().lost;
        assertThat(failure).isNotNull();
        return failure == null ? new TunnelFailure.Closed("never") : failure;
    }
}
