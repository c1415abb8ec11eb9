package mesh.ambit.ztunnel.insight;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import mesh.ambit.telemetry.RequestMetrics.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpInsightTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void requestsOfOneConnectionAreToldWhenTheyAreOver() {
        Dialogue dialogue = new Dialogue()
                .client(GET)
                .server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
                .server("llo")
                .client("POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                .server("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");

        assertThat(dialogue.play()).isTrue();
        assertThat(dialogue.finished)
                .containsExactly(new Request("http", 200, null, 2_000_000), new Request("http", 503, null, 1_000_000));
    }

    @Test
    void bodiesAreWhatTheirHeadsSay() {
        Dialogue dialogue = new Dialogue()
                .client("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                .server("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                .client("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
                .server("HTTP/1.1 100 Continue\r\n\r\n")
                .client("4;x=y\r\nGET \r\n0\r\nTrailer: x\r\n\r\n")
                .server("HTTP/1.1 204 No Content\r\n\r\n")
                .client(GET)
                .server("HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n")
                .client(GET)
                .server("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");

        assertThat(dialogue.play()).isTrue();
        assertThat(dialogue.finished).extracting(Request::status).containsExactly(200, 204, 200, 304);
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        Dialogue dialogue = new Dialogue()
                .client(GET + GET + GET)
                .server(
                        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx")
                .server("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");

        assertThat(dialogue.play()).isTrue();
        assertThat(dialogue.finished).extracting(Request::status).containsExactly(200, 404, 500);
    }

    @Test
    void theEndOfTheConnectionEndsWhatIsUnderWay() {
        Dialogue open = new Dialogue().client(GET + GET).server("HTTP/1.0 200 OK\r\n\r\nall that comes");

        assertThat(open.play()).isTrue();
        assertThat(open.finished).extracting(Request::status).containsExactly(200, 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*1\r\n$4\r\nPING\r\n",
                "GET /a\r\n",
                "get / HTTP/1.1\r\n",
                "GET / HTTP/1.1\r\n Host: folded\r\n",
                "GET / HTTP/1.1\r\nHost : a\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 999999999999999999999\r\n\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\naX\r\n",
                "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
            })
    void whatIsNotUnderstoodIsNotLookedAtAnyMore(String text) {
        Dialogue dialogue = new Dialogue().client(text).client("\r\n").server("HTTP/1.1 200 OK\r\n\r\n");

        assertThat(dialogue.play()).isFalse();
        assertThat(dialogue.finished).isEmpty();
    }

    @Test
    void whoAsksForAnotherProtocolIsLookedAtUntilTheServerAgrees() {
        String asks =
                "GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n";
        Dialogue declined = new Dialogue()
                .client(asks)
                .server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .client(GET)
                .server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        assertThat(declined.play()).isTrue();
        assertThat(declined.finished).extracting(Request::status).containsExactly(200, 404);

        Dialogue agreed = new Dialogue()
                .client(asks)
                .server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")
                .client(GET);
        assertThat(agreed.play()).isFalse();
        assertThat(agreed.finished).isEmpty();
    }

    @Test
    void serversThatSpeakFirstAreNotLookedAt() {
        Dialogue dialogue = new Dialogue().server("220 mail\r\n").client(GET);

        assertThat(dialogue.play()).isFalse();
    }

    @Test
    void linesAndHeadsAreBounded() {
        assertThat(new Dialogue()
                        .client("GET /" + "x".repeat(Line.MAX_BYTES) + " HTTP/1.1\r\n")
                        .play())
                .isFalse();
        assertThat(new Dialogue()
                        .client("GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(1_000))
                        .play())
                .isFalse();
        assertThat(new Dialogue().client(GET.repeat(1_000)).play()).isFalse();
    }

    @Test
    void piecesMakeNoDifference() {
        Random random = new Random(1);
        Dialogue dialogue = new Dialogue()
                .client("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n")
                .server("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nabc")
                .client(GET)
                .server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n");
        for (int round = 0; round < 500; round++) {
            assertThat(dialogue.playInPieces(random, 1 + round % 20, 1)).isTrue();
            assertThat(dialogue.finished).extracting(Request::status).containsExactly(201, 200);
        }
    }

    @Test
    void noBytesWhateverMakeItThrow() {
        Random random = new Random(2);
        String[] words = {
            "GET ",
            "/ HTTP/1.1",
            "\r\n",
            "\n",
            "Content-Length: ",
            "7",
            ":",
            "Transfer-Encoding: chunked",
            "HTTP/1.1 200 ",
            "0",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\0\0\1\4",
            "\0\0\0\0\0\0\0\1"
        };
        for (int round = 0; round < 20_000; round++) {
            HttpInsight insight = new HttpInsight(() -> 0, _ -> {});
            for (int i = 0; i < 12; i++) {
                insight.onData(
                        random.nextInt(4) > 0,
                        Unpooled.copiedBuffer(words[random.nextInt(words.length)], StandardCharsets.ISO_8859_1));
            }
            insight.end();
        }
    }
}
