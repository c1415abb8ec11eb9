package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a server tells peers that break HTTP/2: the code of GOAWAY or RST_STREAM and the stream it names, each as the
 * reference program was seen to answer the same bytes.
 */
class BrokenPeerTest {
    private static final String VALUE_OF_ALL_BYTES = "\t !~\u0080\u00ff";

    @RegisterExtension
    final ServerEnd server = new ServerEnd();

    private final RawPeer peer = server.peer;

    @ParameterizedTest
    @CsvSource({
        "DATA on stream 0,         000003000000000000 616263, GOAWAY 1 1",
        "DATA of an idle stream,   000003000000000009 616263, GOAWAY 1 1",
        "DATA padded wrong,        000004000800000001 55616263, GOAWAY 1 1",
        "DATA after its end,       000001000100000001 61 000001000000000001 62, GOAWAY 1 1",
        "HEADERS after the end,    000001000100000001 61 000005010500000001 0001610162, GOAWAY 1 1",
        "RST_STREAM too short,     000003030000000001 000008, GOAWAY 1 1",
        "RST_STREAM of an idle one, 000004030000000009 00000008, GOAWAY 1 1",
        "no credit for a stream,   000004080000000001 00000000, GOAWAY 1 1",
        "no credit at all,         000004080000000000 00000000, GOAWAY 1 1",
        "credit of an idle stream, 000004080000000009 00000001, GOAWAY 1 1",
        "too much credit,          000004080000000000 7fffffff 000004080000000000 7fffffff, GOAWAY 1 3",
        "ACK with content,         000006040100000000 000000000000, GOAWAY 1 1",
        "ACK unasked,              000000040100000000 000000040100000000, GOAWAY 1 1",
        "SETTINGS too short,       000003040000000000 000000, GOAWAY 1 1",
        "SETTINGS of a stream,     000000040000000001, GOAWAY 1 1",
        "window beyond bounds,     000006040000000000 0004ffffffff, GOAWAY 1 1",
        "push neither on nor off,  000006040000000000 000200000002, GOAWAY 1 1",
        "extended CONNECT twice,   000006040000000000 000800000002, GOAWAY 1 1",
        "frames too small,         000006040000000000 000500000001, GOAWAY 1 1",
        "PING too short,           000003060000000000 000000, GOAWAY 1 1",
        "PING of a stream,         000008060000000001 0000000000000000, GOAWAY 1 1",
        "GOAWAY too short,         000007070000000000 00000000000000, GOAWAY 1 1",
        "PRIORITY too short,       000004020000000001 00000001, GOAWAY 1 1",
        "PRIORITY of stream 0,     000005020000000000 0000000310, GOAWAY 1 1",
        "push promise,             000005050400000001 0000000282, GOAWAY 1 1",
        "CONTINUATION alone,       000001090400000001 82, GOAWAY 1 1",
        "frame beyond our size,    100001000000000001, GOAWAY 1 6",
        "HPACK without an end,     000006010400000009 ffffffffffff, GOAWAY 1 1",
        "HPACK of no entry,        000001010400000009 fe, GOAWAY 1 1",
        "HEADERS padded wrong,     000002010c00000009 5582, GOAWAY 1 1",
        "HEADERS cut by others,    000001010000000009 82 000008060000000000 0000000000000000, GOAWAY 1 1",
        "even stream,              000001010400000002 82, GOAWAY 1 1",
        "lower stream,             000001010500000009 82 000001010500000007 82, GOAWAY 9 1",
        "too much for a stream,    000004080000000001 7fffffff 000004080000000001 7fffffff, RST_STREAM 1 3",
        "PRIORITY over itself,     000005020000000001 0000000110, RST_STREAM 1 1",
        "idle one over itself,     000005020000000009 0000000910, RST_STREAM 9 1",
        "lower than that,          000005020000000009 0000000910 000001010500000007 82, GOAWAY 1 1",
        "HEADERS again,            000001010400000001 82, RST_STREAM 1 1"
    })
    void isToldWhatItDidWrong(String what, String frames, String answer) {
        open();
        peer.sendHex(frames.replace(" ", ""));

        String last = peer.received().getLast();
        // Behind the code stands what else is said: nothing.
        assertThat(last.strip()).as(what).isEqualTo(answer);
        assertThat(peer.channel.isOpen()).isEqualTo(answer.startsWith("RST_STREAM"));
    }

    @ParameterizedTest
    @CsvSource({
        "GOAWAY of a stream,      000008070000000001 0000000000000000",
        "GOAWAY with an error,    00000b070000000000 0000000000000002 627965",
        "unknown frame,           000003fa0000000001 ffffff",
        "unknown setting,         000006040000000000 fff500000001",
        "dependency,              000005020000000001 0000000310",
        "reserved bit of a frame, 000004088000000001 00000001"
    })
    void isLeftAlone(String what, String frames) {
        open();
        peer.sendHex(frames.replace(" ", ""));

        assertThat(peer.received()).as(what).noneMatch(frame -> frame.startsWith("GOAWAY") || frame.startsWith("RST"));
        assertThat(peer.channel.isOpen()).isTrue();
        assertThat(server.violations).isEmpty();
    }

    @Test
    void hundredsOfSettingsAreTaken() {
        open();
        int most = Frames.DEFAULT_MAX_FRAME_BYTES / 6;
        peer.sendHex("%06x040000000000".formatted(6 * most) + "00fa00000001".repeat(most));

        assertThat(peer.received()).containsExactly("SETTINGS ACK");
        peer.sendHex("%06x040000000000".formatted(6 * (most + 1)));
        assertThat(peer.received()).singleElement().asString().startsWith("GOAWAY 1 11 ");
    }

    @Test
    void quotesAreTakenInNamesAndNotInMethods() {
        open();
        peer.send(peer.headers(3, false, ":method", "CONNECT", ":authority", "web:80", "a\"b", "c"));
        assertThat(server.exchanges).hasSize(2);
        peer.received();
        peer.send(peer.headers(5, false, ":method", "CON\"NECT", ":authority", "web:80"));
        assertThat(peer.received()).singleElement().asString().startsWith("GOAWAY ");
    }

    @Test
    void whoDoesNotReadWhatItDidWrongIsNotWaitedFor() {
        open();
        List<Object> unsent = new ArrayList<>();
        peer.channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
                unsent.add(msg);
            }
        });

        peer.sendHex("000003000000000000616263");

        assertThat(unsent).isNotEmpty();
        unsent.forEach(ReferenceCountUtil::release);
        assertThat(peer.channel.isOpen()).isFalse();
    }

    @Test
    void whatIsNotHttp2IsToldNothing() {
        peer.received();
        peer.send(Unpooled.copiedBuffer("GET / HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII));

        assertThat(peer.received()).isEmpty();
        assertThat(peer.channel.isOpen()).isFalse();
        assertThat(server.violations).containsExactly("protocol_error");
    }

    @Test
    void firstFrameMayBeAnother() {
        peer.received();
        peer.send(Unpooled.wrappedBuffer(FrameWriter.preface(), peer.connect(1)));

        assertThat(server.exchanges).hasSize(1);
    }

    @Test
    void lastStreamOfGoAwayIsTheLastThatWasLookedAt() {
        open();
        peer.send(peer.headers(3, false, ":method", "CONNECT", ":authority", "web:80", "connection", "close"));
        peer.send(peer.headers(5, false, ":method", "CONNECT", ":authority", "web:80", ":scheme", "https"));
        peer.send(peer.headers(7, false, ":method", "CONNECT", ":authority", "web:80", "te", "gzip"));
        peer.received();
        peer.sendHex("000000060000000000");

        assertThat(peer.received()).singleElement().asString().startsWith("GOAWAY 5 1 ");
    }

    @Test
    void bytesOfAStreamThatThePeerEndedAreAnswered() {
        open();
        peer.send(peer.reset(1, 8));
        peer.received();
        peer.send(peer.data(1, 1, false));
        assertThat(peer.received()).containsExactly("RST_STREAM 1 5");
    }

    @Test
    void headersOfAStreamThatThePeerEndedEndTheTunnel() {
        open();
        peer.send(peer.reset(1, 8));
        peer.received();
        peer.send(peer.headers(1, true, "a", "b"));
        assertThat(peer.received()).singleElement().asString().startsWith("GOAWAY 1 1 ");
    }

    @Test
    void whatCrossesOurResetIsIgnored() {
        open();
        server.exchanges.getFirst().refuse(503);
        peer.received();
        peer.send(peer.data(1, 1, false));
        peer.send(peer.headers(1, true, "a", "b"));

        assertThat(peer.received()).isEmpty();
        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void requestThatDependsOnItselfIsNoRequest() {
        server.start();
        ByteBuf block = Unpooled.buffer();
        ByteBuf whole = peer.connect(1);
        block.writeMedium(whole.readableBytes() - 9 + 5)
                .writeByte(1)
                .writeByte(0x24)
                .writeInt(1);
        block.writeInt(1).writeByte(16).writeBytes(whole, 9, whole.readableBytes() - 9);
        whole.release();
        peer.send(block);

        assertThat(peer.received()).containsExactly("RST_STREAM 1 1");
        assertThat(server.exchanges).isEmpty();
    }

    @Test
    void valuesAreWhateverIsNoControlCharacter() {
        server.start();
        peer.send(peer.headers(
                1,
                false,
                ":method",
                "CONNECT",
                ":authority",
                "web:80",
                "a",
                VALUE_OF_ALL_BYTES,
                "b",
                "",
                "x!#$%&'*+-.^_`|~9",
                " c "));

        assertThat(server.exchanges).hasSize(1);
        assertThat(server.exchanges.getFirst().request().headers().first("a")).isEqualTo(VALUE_OF_ALL_BYTES);
    }

    @ParameterizedTest
    @CsvSource({"a, 'x\u0001'", "a, 'x\u007f'", "a/b, x", "a:b, x", "'a\u00ff', x", "'', x", ":status, 2x0"})
    void fieldsThatAreNoneEndTheTunnel(String name, String value) {
        server.start();
        peer.send(peer.headers(1, false, ":method", "CONNECT", ":authority", "web:80", name, value));

        assertThat(peer.received()).singleElement().asString().startsWith("GOAWAY 0 1 ");
        assertThat(server.exchanges).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "CON NECT, web:80, GOAWAY 0 1",
        "CONNECT, 'web\u00ff:80', GOAWAY 0 1",
        "CONNECT, ' web:80', RST_STREAM 1 1"
    })
    void methodAndAuthorityAreLookedAtToo(String method, String authority, String answer) {
        server.start();
        peer.send(peer.headers(1, false, ":method", method, ":authority", authority));

        assertThat(peer.received()).singleElement().asString().startsWith(answer);
        assertThat(server.exchanges).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"5, true", "6, false"})
    void blockMayBeInSoManyPieces(int continuations, boolean good) {
        server.start();
        ByteBuf first = peer.connect(1);
        first.setByte(4, 0);
        peer.send(first);
        for (int i = 0; i < continuations; i++) {
            peer.sendHex("000000090000000001");
        }
        peer.sendHex("000000090400000001");

        assertThat(server.exchanges).hasSize(good ? 1 : 0);
        assertThat(peer.received()).hasSize(good ? 0 : 1).allMatch(frame -> frame.startsWith("GOAWAY 0 11 "));
    }

    /** One request, which waits. */
    private void open() {
        peer.sendPreface();
        peer.send(peer.connect(1));
        peer.received();
        assertThat(server.exchanges).hasSize(1);
    }
}
