package mesh.ambit.hbone;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http2.Http2Error;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    private static final ByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;
    private static final String SETTINGS = "000000040000000000";

    private final RecordingSink sink = new RecordingSink();

    private final List<FrameReader> readers = new ArrayList<>();

    @AfterEach
    void close() {
        readers.forEach(FrameReader::close);
    }

    /** Every kind of frame that may come, in hexadecimal, and what the reader says. */
    private static final String ALL = "00000c04000000000000030000006400040000ffff" // SETTINGS
            + "000000040100000000" // ACK
            + "000008060000000000" + "0102030405060708" // PING
            + "000004080000000000" + "00000fff" // WINDOW_UPDATE
            + "000003010400000001" + "aabbcc" // HEADERS, one block
            + "00000a012d00000003" + "02" + "8000000010" + "dd" + "ee" + "0000" // padded, priority, END
            + "000002010000000005" + "0102" // block in three frames
            + "000001090000000005" + "03"
            + "000000090400000005"
            + "000005000000000001" + "68656c6c6f" // DATA
            + "000008000900000001" + "05" + "6869" + "0000000000" // padded DATA, END
            + "000000000100000003" // empty DATA, END
            + "000004030000000001" + "00000008" // RST_STREAM
            + "000005020000000001" + "8000000010" // PRIORITY, ignored
            + "000003fa0000000001" + "ffffff" // unknown, ignored
            + "00000b070000000000" + "7fffffff" + "00000000" + "627965"; // GOAWAY

    private static final List<String> ALL_FOUND = List.of(
            "SETTING 3=100",
            "SETTING 4=65535",
            "SETTINGS",
            "SETTINGS ACK",
            "PING 72623859790382856",
            "WINDOW_UPDATE 0 4095",
            "HEADERS 1 aabbcc",
            "HEADERS 3 ddee END",
            "HEADERS 5 010203",
            "DATA 1 5-0 68656c6c6f",
            "DATA 1 8-6 6869 END",
            "DATA 3 0-0  END",
            "RST_STREAM 1 8",
            "GOAWAY 2147483647 0 bye");

    @Test
    void everyFrameIsFound() throws Exception {
        read(reader(false), ALL);

        assertThat(sink.frames).isEqualTo(ALL_FOUND);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 10})
    void cutsMakeNoDifference(int pieceBytes) throws Exception {
        FrameReader reader = reader(false);
        byte[] bytes = ByteBufUtil.decodeHexDump(ALL);

        for (int at = 0; at < bytes.length; at += pieceBytes) {
            reader.read(Unpooled.wrappedBuffer(bytes, at, Math.min(pieceBytes, bytes.length - at)));
        }

        assertThat(sink.frames).isEqualTo(ALL_FOUND);
    }

    @Test
    void serverWantsThePrefaceFirst() throws Exception {
        FrameReader reader = reader(true);
        reader.read(Unpooled.copiedBuffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", US_ASCII));
        read(reader, SETTINGS);

        assertThat(sink.frames).containsExactly("SETTINGS");
        assertThat(violation(reader(true), ByteBufUtil.hexDump("GET / HTTP/1.1".getBytes(US_ASCII))))
                .isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    void settingsNeedNotComeFirst() throws Exception {
        read(reader(false), "000008060000000000" + "0000000000000007");

        assertThat(sink.frames).containsExactly("PING 7");
    }

    @ParameterizedTest
    @CsvSource({
        "frame beyond our limit,             100001000000000001, FRAME_SIZE_ERROR",
        "DATA on stream 0,                   000000000000000000, PROTOCOL_ERROR",
        "padded DATA of no bytes,            000000000800000001, PROTOCOL_ERROR",
        "padding beyond the frame,           00000200080000000105, PROTOCOL_ERROR",
        "HEADERS on stream 0,                000000010400000000, PROTOCOL_ERROR",
        "HEADERS too short for priority,     00000101240000000100, PROTOCOL_ERROR",
        "HEADERS with more padding than is,  0000020108000000010500, PROTOCOL_ERROR",
        "HEADERS beyond the block's bound,   010000010400000001, ENHANCE_YOUR_CALM",
        "PRIORITY of 4 bytes,                000004020000000001, PROTOCOL_ERROR",
        "PRIORITY on stream 0,               000005020000000000, PROTOCOL_ERROR",
        "RST_STREAM of 3 bytes,              000003030000000001, PROTOCOL_ERROR",
        "RST_STREAM on stream 0,             000004030000000000, PROTOCOL_ERROR",
        "SETTINGS of 5 bytes,                000005040000000000, PROTOCOL_ERROR",
        "SETTINGS on a stream,               000000040000000001, PROTOCOL_ERROR",
        "acknowledgement with payload,       000006040100000000, PROTOCOL_ERROR",
        "SETTINGS without end,                 004002040000000000, ENHANCE_YOUR_CALM",
        "PUSH_PROMISE,                       000004050000000001, PROTOCOL_ERROR",
        "PING of 7 bytes,                    000007060000000000, PROTOCOL_ERROR",
        "PING on a stream,                   000008060000000001, PROTOCOL_ERROR",
        "GOAWAY of 7 bytes,                  000007070000000000, PROTOCOL_ERROR",
        "WINDOW_UPDATE of 3 bytes,           000003080000000001, PROTOCOL_ERROR",
        "CONTINUATION without HEADERS,       000001090000000001, PROTOCOL_ERROR"
    })
    void brokenFramesAreRefused(String what, String frame, Http2Error code) throws Exception {
        FrameReader reader = reader(false);
        read(reader, SETTINGS);

        assertThat(violation(reader, frame)).as(what).isEqualTo(code);
    }

    @Test
    void nothingMayComeBetweenTheFramesOfABlock() throws Exception {
        FrameReader reader = reader(false);
        read(reader, SETTINGS + "00000101000000000100");

        assertThat(violation(reader, "000008060000000000")).isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    void blockContinuesOnItsOwnStreamOnly() throws Exception {
        FrameReader reader = reader(false);
        read(reader, SETTINGS + "00000101000000000100");

        assertThat(violation(reader, "00000109000000000300")).isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    void floodOfEmptyContinuationsIsRefused() throws Exception {
        FrameReader reader = reader(false);
        read(reader, SETTINGS + "00000101000000000100");
        int continuations = 0;
        @Nullable Http2Error code = null;
        while (code == null && continuations < 10_000) {
            continuations++;
            code = violation(reader, "000000090000000001");
        }

        assertThat(code).isEqualTo(ENHANCE_YOUR_CALM);
        assertThat(continuations).isEqualTo(6);
    }

    @Test
    void blockThatGrowsBeyondItsBoundIsRefused() throws Exception {
        FrameReader reader = reader(false);
        read(reader, SETTINGS + "001000010000000001" + "00".repeat(4096));
        read(reader, "001000090000000001" + "00".repeat(4096));

        assertThat(violation(reader, "000001090000000001")).isEqualTo(ENHANCE_YOUR_CALM);
    }

    @Test
    void longDebugTextOfGoAwayIsCut() throws Exception {
        read(reader(false), SETTINGS + "002008070000000000" + "00000001" + "0000000b" + "61".repeat(8192) + SETTINGS);

        assertThat(sink.frames.get(1)).isEqualTo("GOAWAY 1 11 " + "a".repeat(256));
        assertThat(sink.frames).hasSize(3);
    }

    @Test
    void dataIsHandedOnAsItArrives() throws Exception {
        FrameReader reader = reader(false);
        read(reader, SETTINGS + "0fffff000000000001" + "ab");
        // One byte of a frame of a megabyte is through; nothing of the rest is waited for or allocated.
        read(reader, "cd".repeat(0xffffe));

        assertThat(sink.frames.getLast()).hasSize("DATA 1 1048575-0 ".length() + 2 * 0xfffff);
    }

    @Test
    void noiseNeverDoesMoreThanViolate() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            noise = seed % 2 == 0 ? noise : concat(ByteBufUtil.decodeHexDump(SETTINGS), noise);
            if (noise.length > 12 && seed % 2 == 1) {
                noise[9] = 0;
                noise[10] = 0;
            }
            try (FrameReader reader = reader(false)) {
                reader.read(Unpooled.wrappedBuffer(noise));
            } catch (ProtocolViolation e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        ByteBuf both = Unpooled.wrappedBuffer(first, second);
        return ByteBufUtil.getBytes(both);
    }

    private FrameReader reader(boolean server) {
        FrameReader reader = new FrameReader(server, 1024 * 1024, 8192, ALLOCATOR, sink);
        readers.add(reader);
        return reader;
    }

    private static void read(FrameReader reader, String hex) throws ProtocolViolation {
        reader.read(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)));
    }

    private static @Nullable Http2Error violation(FrameReader reader, String hex) {
        ProtocolViolation violation = catchThrowableOfType(ProtocolViolation.class, () -> read(reader, hex));
        return violation == null ? null : violation.code();
    }
}
