package mesh.ambit.ztunnel.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import mesh.ambit.ztunnel.outbound.SocksParser.Message;
import mesh.ambit.ztunnel.outbound.SocksParser.SocksException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocksParserTest {
    private static final Message GREETING = new Message.Greeting();

    @Test
    void greetingThenRequestInEachForm() throws SocksException {
        assertThat(read("050100" + "0501000101020304" + "0050"))
                .containsExactly(GREETING, new Message.ToAddress(InetAddress.ofLiteral("1.2.3.4"), 80));
        assertThat(read("05020200" + "05010004fd000000000000000000000000000001" + "ffff"))
                .containsExactly(GREETING, new Message.ToAddress(InetAddress.ofLiteral("fd00::1"), 65_535));
        assertThat(read("050100" + "050100030b" + HexFormat.of().formatHex("example.org".getBytes(US_ASCII)) + "01bb"))
                .containsExactly(GREETING, new Message.ToName("example.org", 443));
        assertThat(read("050100" + "0501000300" + "0050")).containsExactly(GREETING, new Message.ToName("", 80));
    }

    @Test
    void bytesAfterTheRequestAreLeftAlone() throws SocksException {
        ByteBuf in = Unpooled.wrappedBuffer(HexFormat.of().parseHex("0501000501000101020304" + "0050" + "cafe"));
        SocksParser parser = new SocksParser();

        assertThat(parser.read(in)).isEqualTo(GREETING);
        assertThat(parser.read(in)).isInstanceOf(Message.ToAddress.class);
        assertThat(in.readUnsignedShort()).isEqualTo(0xcafe);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0401               | unsupported version 4
            0500               | methods cannot be zero
            050102             | only unauthenticated is supported
            05010005           |
            0501000401         | unsupported version 4
            0501000502         | unsupported command 2
            05010005010002    | unsupported address type 2
            050100050100020a   | unsupported address type 2
            05010005010003     |
            05010005010003ff   |
            0501000501000302c3280050 | domain is not a valid utf8 string: c328
            """)
    void whatCannotBecomeAMessageIsToldAsSoonAsItIsSeen(String hex, @Nullable String error) throws SocksException {
        if (error == null) {
            assertThat(read(hex)).containsExactly(GREETING);
        } else {
            assertThatThrownBy(() -> read(hex))
                    .isInstanceOf(SocksException.class)
                    .hasMessage(error);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0401cafe, 2",
        "0500cafe, 2",
        "05020102cafe, 4",
        "050100 0401cafe, 5",
        "050100 0502cafe, 5",
        "050100 05010002cafe, 7"
    })
    void whatIsBehindAMistakeIsNotTaken(String hex, int taken) {
        ByteBuf in = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
        SocksParser parser = new SocksParser();

        assertThatThrownBy(() -> drain(parser, in, new ArrayList<>())).isInstanceOf(SocksException.class);
        assertThat(in.readerIndex()).isEqualTo(taken);
    }

    /** Returns what is read byte by byte, and checks that it is the same in one piece. */
    private static List<Message> read(String hex) throws SocksException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        List<Message> whole = new ArrayList<>();
        drain(new SocksParser(), Unpooled.wrappedBuffer(bytes), whole);
        List<Message> pieces = new ArrayList<>();
        SocksParser parser = new SocksParser();
        ByteBuf said = Unpooled.buffer();
        for (byte next : bytes) {
            drain(parser, said.writeByte(next), pieces);
        }
        assertThat(pieces).isEqualTo(whole);
        return whole;
    }

    private static void drain(SocksParser parser, ByteBuf in, List<Message> to) throws SocksException {
        for (Message message = parser.read(in); message != null; message = parser.read(in)) {
            to.add(message);
        }
    }
}
