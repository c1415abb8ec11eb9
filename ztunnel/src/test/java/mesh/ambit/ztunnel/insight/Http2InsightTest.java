package mesh.ambit.ztunnel.insight;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import mesh.ambit.telemetry.RequestMetrics.Request;
import org.junit.jupiter.api.Test;

class Http2InsightTest {
    private static final byte[] NOTHING = {};

    private final DefaultHttp2HeadersEncoder client =
            new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE);
    private final DefaultHttp2HeadersEncoder server =
            new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE);

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        ByteBuf frame = Unpooled.buffer();
        frame.writeMedium(payload.length)
                .writeByte(type)
                .writeByte(flags)
                .writeInt(stream)
                .writeBytes(payload);
        return ByteBufUtil.getBytes(frame);
    }

    private static byte[] join(byte[]... parts) {
        return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(parts));
    }

    private static byte[] encode(DefaultHttp2HeadersEncoder encoder, Http2Headers headers) {
        ByteBuf block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(3, headers, block);
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        return ByteBufUtil.getBytes(block);
    }

    private static byte[] settings(int id, int value) {
        return frame(
                4, 0, 0, ByteBufUtil.getBytes(Unpooled.buffer().writeShort(id).writeInt(value)));
    }

    private static byte[] preface() {
        return join("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII), settings(3, 100));
    }

    private byte[] request(int stream, String type) {
        Http2Headers headers = new DefaultHttp2Headers()
                .method("POST")
                .path("/svc/Method")
                .scheme("http")
                .authority("a")
                .set("content-type", type)
                .set("x-many", "value-" + stream);
        return frame(1, 0x4, stream, encode(client, headers));
    }

    private byte[] response(int stream, int status, boolean end) {
        Http2Headers headers =
                new DefaultHttp2Headers().status(String.valueOf(status)).set("server", "s" + stream);
        return frame(1, end ? 0x5 : 0x4, stream, encode(server, headers));
    }

    private byte[] trailers(int stream, int grpcStatus) {
        Http2Headers headers = new DefaultHttp2Headers().set("grpc-status", String.valueOf(grpcStatus));
        return frame(1, 0x5, stream, encode(server, headers));
    }

    @Test
    void callsOfGrpcHaveTheirStatusFromTrailers() {
        Dialogue dialogue = new Dialogue()
                .client(join(preface(), request(1, "application/grpc+proto"), frame(0, 1, 1, new byte[100])))
                .server(join(settings(3, 50), frame(4, 1, 0, NOTHING), response(1, 200, false)))
                .client(join(frame(4, 1, 0, NOTHING), request(3, "application/grpc")))
                .server(join(frame(0, 0, 1, new byte[5000]), trailers(1, 14), response(3, 200, false), trailers(3, 0)));

        assertThat(dialogue.play()).isTrue();
        assertThat(dialogue.finished)
                .containsExactly(new Request("grpc", 200, "14", 3_000_000), new Request("grpc", 200, "0", 1_000_000));
    }

    @Test
    void requestsEndWithDataWithResetAndWithTheConnection() {
        Dialogue dialogue = new Dialogue()
                .client(join(
                        preface(),
                        request(1, "text/plain"),
                        request(3, "text/plain"),
                        request(5, "text/plain"),
                        request(7, "text/plain")))
                .server(join(
                        settings(3, 50), response(1, 103, false), response(1, 404, false), frame(0, 1, 1, new byte[3])))
                .server(join(response(3, 500, true), frame(3, 0, 5, new byte[4])));

        assertThat(dialogue.play()).isTrue();
        assertThat(dialogue.finished).extracting(Request::status).containsExactly(404, 500, 0, 0);
        assertThat(dialogue.finished).extracting(Request::protocol).containsOnly("http");
    }

    @Test
    void trailersOfARequestThatIsAnsweredAlreadyAreNoRequest() {
        Dialogue dialogue = new Dialogue()
                .client(join(preface(), request(1, "text/plain")))
                .server(join(settings(3, 50), response(1, 413, true)));
        byte[] trailers = encode(client, new DefaultHttp2Headers().set("checksum", "7"));
        dialogue.client(join(frame(0, 0, 1, new byte[10]), frame(1, 0x5, 1, trailers)));

        assertThat(dialogue.play()).isTrue();
        assertThat(dialogue.finished).extracting(Request::status).containsExactly(413);
    }

    @Test
    void headerBlocksMayComeInPiecesWithPaddingAndPriority() {
        byte[] block =
                encode(client, new DefaultHttp2Headers().method("GET").path("/").scheme("http"));
        byte[] first = new byte[] {2, 0, 0, 0, 0, 16, block[0], 0, 0};
        byte[] rest = Arrays.copyOfRange(block, 1, block.length);
        Dialogue dialogue = new Dialogue()
                .client(join(
                        preface(), frame(1, 0x8 | 0x20, 1, first), frame(9, 0, 1, NOTHING), frame(9, 0x4, 1, rest)))
                .server(join(settings(3, 50), response(1, 200, true)));

        assertThat(dialogue.play()).isTrue();
        assertThat(dialogue.finished).extracting(Request::status).containsExactly(200);
    }

    @Test
    void aLargerTableCountsOnceItIsAgreedOn() throws Http2Exception {
        Dialogue dialogue = new Dialogue().client(preface()).server(join(settings(1, 16_384), frame(4, 1, 0, NOTHING)));
        client.maxHeaderTableSize(16_384);
        dialogue.client(join(frame(4, 1, 0, NOTHING), request(1, "text/plain"))).server(response(1, 200, true));

        assertThat(dialogue.play()).isTrue();
        assertThat(dialogue.finished).hasSize(1);
    }

    @Test
    void abuseEndsTheLooking() {
        byte[] many = NOTHING;
        for (int i = 0; i < 100; i++) {
            many = join(many, frame(9, 0, 1, NOTHING));
        }
        assertThat(new Dialogue()
                        .client(join(preface(), frame(1, 0, 1, new byte[1]), many))
                        .play())
                .isFalse();
        assertThat(new Dialogue()
                        .client(join(preface(), frame(1, 4, 1, new byte[70_000])))
                        .play())
                .isFalse();
        assertThat(new Dialogue()
                        .client(join(preface(), frame(1, 4, 1, new byte[] {-1, -1, -1, -1, -1, -1})))
                        .play())
                .isFalse();
        assertThat(new Dialogue()
                        .client(join(preface(), frame(1, 0, 1, new byte[1]), settings(3, 1)))
                        .play())
                .isFalse();
        assertThat(new Dialogue()
                        .client(join(preface(), frame(9, 4, 1, new byte[1])))
                        .play())
                .isFalse();
        Dialogue streams = new Dialogue().client(preface());
        for (int i = 0; i < 1_001; i++) {
            streams.client(request(2 * i + 1, "text/plain"));
        }
        assertThat(streams.play()).isFalse();
    }

    @Test
    void piecesMakeNoDifference() {
        Dialogue dialogue = new Dialogue()
                .client(join(preface(), request(1, "application/grpc"), frame(0, 1, 1, new byte[300])))
                .server(join(settings(3, 50), response(1, 200, false), frame(0, 0, 1, new byte[20]), trailers(1, 5)))
                .client(request(3, "text/plain"))
                .server(response(3, 202, true));
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            assertThat(dialogue.playInPieces(random, 1 + round % 40, 24)).isTrue();
            assertThat(dialogue.finished).extracting(Request::status).containsExactly(200, 202);
        }
    }
}
