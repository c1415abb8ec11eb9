package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // The transports want the extended handle, which is only "deprecated" by name.
class GrowingReadsTest {
    private final RecvByteBufAllocator.ExtendedHandle handle =
            (RecvByteBufAllocator.ExtendedHandle) new GrowingReads(9).newHandle();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void buffersLeaveRoomForAFrameHeader() {
        ByteBuf buffer = handle.allocate(UnpooledByteBufAllocator.DEFAULT);
        assertThat(buffer.readerIndex()).isEqualTo(9);
        assertThat(buffer.writableBytes()).isEqualTo(2048 - 9);
        buffer.release();
    }

    @Test
    void fullReadsDoubleTheBufferUpToTheLimit() {
        int reads = 0;
        while (handle.guess() < 120 * 1024 - 9 && reads < 100) {
            read(handle.guess());
            reads++;
        }
        assertThat(reads).isEqualTo(6);
        read(handle.guess());
        assertThat(handle.guess()).isEqualTo(120 * 1024 - 9);
    }

    @Test
    void twoSmallReadsInARowHalveIt() {
        read(handle.guess());
        read(handle.guess());
        assertThat(handle.guess()).isEqualTo(8192 - 9);

        read(10);
        assertThat(handle.guess()).isEqualTo(8192 - 9);
        read(10);
        assertThat(handle.guess()).isEqualTo(4096 - 9);
        read(10);
        read(4000);
        read(10);
        assertThat(handle.guess()).isEqualTo(4096 - 9);
    }

    @Test
    void neverShrinksBelowTheFirstSize() {
        for (int i = 0; i < 10; i++) {
            read(1);
        }
        assertThat(handle.guess()).isEqualTo(2048 - 9);
    }

    @Test
    void oneReadPerRequestWhereReadsAreAskedFor() {
        channel.config().setAutoRead(false);
        handle.reset(channel.config());
        read(handle.guess());

        assertThat(handle.continueReading(() -> false)).isFalse();
    }

    @Test
    void fullReadsGoOnUntilTheTurnIsOver() {
        channel.config().setAutoRead(true);
        handle.reset(channel.config());
        int reads = 0;
        do {
            read(handle.guess());
            reads++;
        } while (handle.continueReading(() -> false) && reads < 1000);

        assertThat(reads).isBetween(5, 20);
    }

    @Test
    void readThatLeavesRoomEndsTheTurn() {
        channel.config().setAutoRead(true);
        handle.reset(channel.config());
        read(5);

        assertThat(handle.continueReading(() -> false)).isFalse();
    }

    private void read(int bytes) {
        handle.attemptedBytesRead(handle.guess());
        handle.lastBytesRead(bytes);
        handle.incMessagesRead(1);
    }
}
