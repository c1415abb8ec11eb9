package mesh.ambit.ztunnel.outbound;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.ztunnel.outbound.SocksParser.Message;
import mesh.ambit.ztunnel.outbound.SocksParser.SocksException;
import org.jspecify.annotations.NullMarked;

/** Arbitrary bytes in the place of a SOCKS5 client's. */
@NullMarked
class SocksParserFuzzTest {
    /** The same bytes say the same in one piece and one by one, and none behind the request is taken. */
    @FuzzTest(maxDuration = "30s")
    void anyBytesAreAHandshakeOrRefused(byte[] input) {
        Said whole = read(input, input.length);
        Said bytewise = read(input, 1);
        // An error may be seen before all of a message is there, never another message.
        if (!whole.equals(bytewise)) {
            throw new AssertionError(whole + " in one piece, " + bytewise + " byte by byte");
        }
        if (whole.taken() > SocksParser.MAX_BYTES) {
            throw new AssertionError(whole.taken() + " bytes taken");
        }
    }

    private static Said read(byte[] input, int portion) {
        SocksParser parser = new SocksParser();
        List<Message> messages = new ArrayList<>();
        ByteBuf in = Unpooled.buffer();
        boolean refused = false;
        for (int at = 0; at < input.length && messages.size() < 2 && !refused; at += portion) {
            in.writeBytes(input, at, Math.min(portion, input.length - at));
            try {
                Message message = parser.read(in);
                while (message != null) {
                    messages.add(message);
                    // After the request all bytes are the application's.
                    message = messages.size() < 2 ? parser.read(in) : null;
                }
            } catch (SocksException expected) {
                refused = true;
            }
        }
        return new Said(messages, refused, in.readerIndex());
    }

    private record Said(List<Message> messages, boolean refused, int taken) {}
}
