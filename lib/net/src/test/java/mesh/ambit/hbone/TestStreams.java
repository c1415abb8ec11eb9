package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Receivers for tests. */
final class TestStreams {
    private TestStreams() {}

    /** Sends everything back, and the end too. */
    static final class Echo implements HboneStream.Receiver {
        private final HboneStream stream;

        Echo(HboneStream stream) {
            this.stream = stream;
        }

        @Override
        public void onData(ByteBuf data) {
            int bytes = data.readableBytes();
            stream.write(data);
            stream.consumed(bytes);
        }

        @Override
        public void onDataComplete() {
            stream.flush();
        }

        @Override
        public void onEndOfInput() {
            stream.shutdownOutput();
        }

        @Override
        public void onOutputEnded() {}

        @Override
        public void onWritable() {}

        @Override
        public void onReset(long code) {}

        @Override
        public void onLost(TunnelFailure failure, boolean owed) {}
    }

    /** Keeps what comes, or counts it, and remembers how it ended. */
    static class Recorder implements HboneStream.Receiver {
        private final @Nullable HboneStream creditTo;
        private final boolean keep;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        final AtomicLong bytes = new AtomicLong();
        volatile boolean ended;
        volatile boolean outputEnded;
        volatile long resetCode = -1;
        volatile int writable;
        volatile @Nullable TunnelFailure lost;

        /** Records; returns credit to {@code creditTo} unless it is null. */
        Recorder(@Nullable HboneStream creditTo, boolean keep) {
            this.creditTo = creditTo;
            this.keep = keep;
        }

        synchronized byte[] kept() {
            return kept.toByteArray();
        }

        @Override
        public synchronized void onData(ByteBuf data) {
            int length = data.readableBytes();
            if (keep) {
                byte[] copy = new byte[length];
                data.readBytes(copy);
                kept.writeBytes(copy);
            }
            data.release();
            bytes.addAndGet(length);
            if (creditTo != null) {
                creditTo.consumed(length);
            }
        }

        @Override
        public void onDataComplete() {}

        @Override
        public void onEndOfInput() {
            ended = true;
        }

        @Override
        public void onOutputEnded() {
            outputEnded = true;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // One writer, the event loop.
        public void onWritable() {
            writable++;
        }

        @Override
        public void onReset(long code) {
            resetCode = code;
        }

        @Override
        public void onLost(TunnelFailure failure, boolean owed) {
            lost = failure;
        }
    }
}
