package mesh.ambit.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AlpnGateTest {
    private static final String RANDOM = "5252525252525252525252525252525252525252525252525252525252525252";

    private final List<Throwable> failures = new ArrayList<>();

    @Test
    void clientWithH2IsLetThroughUnchanged() throws Exception {
        byte[] hello = hello("http/1.1", "h2");
        EmbeddedChannel gate = gate();

        gate.writeInbound(Unpooled.wrappedBuffer(hello));

        assertThat(drain(gate)).isEqualTo(hello);
        assertThat(gate.pipeline().get(AlpnGate.class)).isNull();
        assertThat(failures).isEmpty();
        gate.finishAndReleaseAll();
    }

    @Test
    void clientWithoutAListIsLetThrough() throws Exception {
        byte[] hello = hello();
        EmbeddedChannel gate = gate();
        gate.writeInbound(Unpooled.wrappedBuffer(hello));

        assertThat(drain(gate)).isEqualTo(hello);
        gate.finishAndReleaseAll();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 5000})
    void listWithoutH2IsRefusedWithItsAlert(int pieceBytes) throws Exception {
        byte[] hello = hello("http/1.1", "h3");
        EmbeddedChannel gate = gate();
        for (int at = 0; at < hello.length; at += pieceBytes) {
            gate.writeInbound(Unpooled.wrappedBuffer(hello, at, Math.min(pieceBytes, hello.length - at)));
        }

        ByteBuf alert = gate.readOutbound();
        assertThat(ByteBufUtil.hexDump(alert)).isEqualTo("15030300020278");
        alert.release();
        assertThat(failures)
                .hasSize(1)
                .first()
                .satisfies(failure ->
                        assertThat(failure).hasMessage("client offers protocols [http/1.1, h3] (expected: h2)"));
        assertThat(gate.isOpen()).isFalse();
        gate.finishAndReleaseAll();
    }

    /** Patched by hand: no client's library writes such a list. */
    @Test
    void protocolWithoutANameIsNoListAtAll() throws Exception {
        byte[] hello = hello("abc");
        int name = ByteBufUtil.hexDump(hello).indexOf("00100006000403616263") / 2;
        System.arraycopy(new byte[] {0, 16, 0, 6, 0, 4, 0, 2, 'h', '2'}, 0, hello, name, 10);
        EmbeddedChannel gate = gate();
        gate.writeInbound(Unpooled.wrappedBuffer(hello));

        ByteBuf alert = gate.readOutbound();
        assertThat(ByteBufUtil.hexDump(alert)).isEqualTo("15030300020232");
        alert.release();
        assertThat(failures).hasSize(1);
        gate.finishAndReleaseAll();
    }

    @Test
    void longListIsNotWrittenIntoTheLog() throws Exception {
        String[] many = IntStream.range(0, 1000).mapToObj(i -> "p" + i).toArray(String[]::new);
        EmbeddedChannel gate = gate();
        gate.writeInbound(Unpooled.wrappedBuffer(hello(many)));

        assertThat(failures)
                .singleElement()
                .satisfies(
                        failure -> assertThat(failure)
                                .hasMessage(
                                        "client offers protocols [p0, p1, p2, p3, p4, p5, p6, p7, and 992 more] (expected: h2)"));
        gate.finishAndReleaseAll();
    }

    @Test
    void whatIsNotTlsGetsAnAlertAndIsClosed() {
        EmbeddedChannel gate = gate();
        gate.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1\r\nhost: a\r\n\r\n", StandardCharsets.US_ASCII));

        ByteBuf alert = gate.readOutbound();
        assertThat(alert.getByte(0)).isEqualTo((byte) 21);
        alert.release();
        assertThat(failures).hasSize(1);
        assertThat(gate.isOpen()).isFalse();
        gate.finishAndReleaseAll();
    }

    @ParameterizedTest
    @CsvSource({
        "an alert,           15030100020228, ''",
        "application data,   170303000568656c6c6f, 1503030002020a",
        "another record,     140303000101, 1503030002020a",
        "a record too large, 160301ffff01, 15030300020232",
        "TLS 1.1,            160301002d010000290302" + RANDOM + "00" + "00020035" + "0100, 15030300020228"
    })
    void whatCannotBeginAHandshakeIsNotWaitedFor(String what, String bytes, String answer) {
        EmbeddedChannel gate = gate();
        gate.writeInbound(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(bytes)));

        ByteBuf alert = gate.readOutbound();
        assertThat(ByteBufUtil.hexDump(alert)).as(what).isEqualTo(answer);
        alert.release();
        assertThat(failures).hasSize(1);
        assertThat(gate.isOpen()).isFalse();
        gate.finishAndReleaseAll();
    }

    @Test
    void brokenHellosSayNothing() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            if (noise.length > 40) {
                noise[34] = 0; // A short session id leads the reader further in.
                noise[35] = 0;
                noise[36] = 2;
            }
            ByteBuf body = Unpooled.wrappedBuffer(noise);
            ClientHello.alpn(body);
            ClientHello.lacksSignatureAlgorithms(body);
            assertThat(body.readerIndex()).isZero();
        }
    }

    private EmbeddedChannel gate() {
        return new EmbeddedChannel(new AlpnGate(), new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof SslHandshakeCompletionEvent done && done.cause() != null) {
                    failures.add(done.cause());
                }
            }
        });
    }

    private static byte[] drain(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf piece = channel.readInbound(); piece != null; piece = channel.readInbound()) {
            all.writeBytes(piece);
            piece.release();
        }
        return ByteBufUtil.getBytes(all);
    }

    /** Returns the ClientHello of a real client that offers {@code protocols}. */
    private static byte[] hello(String... protocols) throws Exception {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        if (protocols.length > 0) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
        EmbeddedChannel client = new EmbeddedChannel();
        client.pipeline().addLast(builder.build().newHandler(client.alloc()));
        client.runPendingTasks();
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf piece = client.readOutbound(); piece != null; piece = client.readOutbound()) {
            all.writeBytes(piece);
            piece.release();
        }
        client.finishAndReleaseAll();
        return ByteBufUtil.getBytes(all);
    }
}
