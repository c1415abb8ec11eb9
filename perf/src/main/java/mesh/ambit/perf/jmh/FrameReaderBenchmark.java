package mesh.ambit.perf.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import mesh.ambit.hbone.FrameReader;
import mesh.ambit.hbone.FrameSink;
import mesh.ambit.hbone.ProtocolViolation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What it costs to cut 64 KiB of decrypted bytes into frames, by how much payload each DATA frame carries. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameReaderBenchmark {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int HEADER_BYTES = 9;
    private static final int MAX_FRAME_BYTES = 1024 * 1024;
    private static final int MAX_HEADER_BLOCK_BYTES = 16 * 1024;

    /** Bytes of payload in a frame: a small message, a TLS record, a whole read. */
    @Param({"64", "16375", "65527"})
    public int payload;

    private final CountingSink sink = new CountingSink();
    private final FrameReader reader =
            new FrameReader(false, MAX_FRAME_BYTES, MAX_HEADER_BLOCK_BYTES, PooledByteBufAllocator.DEFAULT, sink);
    private final ByteBuf frames = PooledByteBufAllocator.DEFAULT.directBuffer(BUFFER_BYTES);

    /** Takes what comes and gives it back. */
    private static final class CountingSink implements FrameSink {
        private long bytes;

        @Override
        public void onData(int streamId, ByteBuf piece) {
            bytes += piece.readableBytes();
            piece.release();
        }

        @Override
        public void onDataStart(int streamId, int frameBytes, int paddingBytes) {}

        @Override
        public void onDataEnd(int streamId, boolean endStream) {}

        @Override
        public void onHeaders(int streamId, ByteBuf block, boolean endStream) {}

        @Override
        public void onReset(int streamId, long code) {}

        @Override
        public void onSetting(int id, long value) {}

        @Override
        public void onSettingsEnd() {}

        @Override
        public void onSettingsAck() {}

        @Override
        public void onPing(boolean ack, long payload) {}

        @Override
        public void onGoAway(int lastStreamId, long code, String debug) {}

        @Override
        public void onWindowUpdate(int streamId, int increment) {}
    }

    @Setup
    public void fill() throws ProtocolViolation {
        frames.writeMedium(0).writeByte(4).writeByte(0).writeInt(0);
        reader.read(frames);
        frames.clear();
        while (frames.writableBytes() >= HEADER_BYTES + payload) {
            frames.writeMedium(payload).writeByte(0).writeByte(0).writeInt(1).writeZero(payload);
        }
    }

    @Benchmark
    public long read() throws ProtocolViolation {
        frames.readerIndex(0);
        reader.read(frames);
        return sink.bytes;
    }

    @TearDown
    public void close() {
        reader.close();
        frames.release();
    }
}
