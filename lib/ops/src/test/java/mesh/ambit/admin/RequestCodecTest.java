package mesh.ambit.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which heads are requests, however they come in. */
class RequestCodecTest {
    private static final String WITH_BODY = "POST /first HTTP/1.1\r\nContent-Length: 3\r\n\r\n\t x";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\0\1\2\r\n\r\n",
                " GET / HTTP/1.1\r\nHost: any\r\n\r\n",
                "\r\n\tGET / HTTP/1.1\r\nHost: any\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: any\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: any\r\n goes on\r\n\r\n",
                "GET / HTTP/1.1\nHost: any\na: b\n\tgoes on\n\n"
            })
    void headThatBeginsOddlyOrGoesOnInTheNextLineIsRefused(String head) {
        assertThat(requests(head, head.length())).containsExactly("refused");
        assertThat(requests(head, 1)).containsExactly("refused");
        assertThat(requests(WITH_BODY + head, 1)).containsExactly("/first", "refused");
        assertThat(requests(WITH_BODY + head + head, 1000)).containsExactly("/first", "refused");
    }

    @Test
    void emptyLinesBeforeAHeadSayNothing() {
        String heads = "\r\n\r\nGET /a HTTP/1.1\r\nHost: any\r\nx:\ty \r\n\r\n\r\nGET /b HTTP/1.1\nz:\n\n";
        assertThat(requests(heads, heads.length())).containsExactly("/a", "/b");
        assertThat(requests(heads, 1)).containsExactly("/a", "/b");
    }

    /** Returns the paths of the requests in {@code text}, which comes in pieces of so many characters. */
    private static List<String> requests(String text, int piece) {
        EmbeddedChannel channel =
                new EmbeddedChannel(new RequestCodec(new HttpDecoderConfig().setStrictLineParsing(false)));
        for (int i = 0; i < text.length(); i += piece) {
            channel.writeInbound(Unpooled.copiedBuffer(
                    text.substring(i, Math.min(text.length(), i + piece)), StandardCharsets.ISO_8859_1));
        }
        List<String> found = new ArrayList<>();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof HttpRequest request) {
                found.add(request.decoderResult().isFailure() ? "refused" : request.uri());
            }
            ReferenceCountUtil.release(message);
        }
        channel.finishAndReleaseAll();
        return found;
    }
}
