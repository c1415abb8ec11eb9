package mesh.ambit.hbone;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.NullMarked;

/** Arbitrary bytes in arbitrary pieces: the reader finds frames or a violation, and nothing else happens. */
@NullMarked
class FrameReaderFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyBytesAreFramesOrAViolation(byte[] input) {
        if (input.length < 2) {
            return;
        }
        boolean server = (input[0] & 1) == 1;
        int pieceBytes = 1 + (input[1] & 0xff);
        Counter counter = new Counter();
        try (FrameReader reader = new FrameReader(server, 65_536, 16_384, UnpooledByteBufAllocator.DEFAULT, counter)) {
            byte[] bytes = Arrays.copyOfRange(input, 2, input.length);
            for (int at = 0; at < bytes.length; at += pieceBytes) {
                ByteBuf piece = Unpooled.wrappedBuffer(bytes, at, Math.min(pieceBytes, bytes.length - at));
                reader.read(piece);
                if (piece.isReadable()) {
                    throw new AssertionError(piece.readableBytes() + " bytes were left unread");
                }
            }
        } catch (ProtocolViolation e) {
            // What hostile bytes are meant to end in.
        }
        if (counter.open) {
            return; // A DATA frame was cut off by the end of the input.
        }
        if (counter.dataBytes != counter.announcedBytes) {
            throw new AssertionError(counter.dataBytes + " bytes of data, announced " + counter.announcedBytes);
        }
    }

    /** Checks that what a frame announces is what it brings. */
    private static final class Counter implements FrameSink {
        private long announcedBytes;
        private long dataBytes;
        private boolean open;

        @Override
        public void onDataStart(int streamId, int frameBytes, int paddingBytes) {
            open = true;
            announcedBytes += frameBytes - paddingBytes;
        }

        @Override
        public void onData(int streamId, ByteBuf piece) {
            dataBytes += piece.readableBytes();
            piece.release();
        }

        @Override
        public void onDataEnd(int streamId, boolean endStream) {
            open = false;
        }

        @Override
        public void onHeaders(int streamId, ByteBuf block, boolean endStream) {
            if (block.readableBytes() > 16_384) {
                throw new AssertionError("block of " + block.readableBytes() + " bytes");
            }
        }

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
}
