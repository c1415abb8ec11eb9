package mesh.ambit.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.NullMarked;

/** Arbitrary bytes in the place of a ClientHello never throw and never read past their end. */
@NullMarked
class ClientHelloFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyBytesHaveProtocolsOrNone(byte[] input) {
        ByteBuf body = Unpooled.wrappedBuffer(input);
        ClientHello.alpn(body);
        if (body.readerIndex() != 0) {
            throw new AssertionError("the caller's reader index moved");
        }
    }
}
