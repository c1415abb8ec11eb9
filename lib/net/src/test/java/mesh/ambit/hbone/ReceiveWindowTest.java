package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How much of a stream can pile up, and how much a fast reader is given. */
class ReceiveWindowTest {
    private static final int SIZE = 4 * 1024 * 1024;
    private static final int STEP = 64 * 1024;

    private final MockTicker ticker = Ticker.newMockTicker();
    private final ReceiveWindow window = ReceiveWindow.ofStream(SIZE, ticker);
    private int sendable = SIZE;

    @Test
    void fastReaderIsGivenHalfWindows() {
        for (int i = 0; i < 1_000; i++) {
            receive(STEP);
            read(STEP, 1);
            assertThat(sendable).isGreaterThanOrEqualTo(SIZE / 2);
        }
    }

    @Test
    void slowReaderKeepsAQuarterMebibyteOnceItHasReadWhatItWasPromised() {
        readSlowly();

        receive(sendable);
        assertThat(window.held()).isLessThanOrEqualTo(ReceiveWindow.FLOOR_BYTES);
    }

    @Test
    void windowOpensAgainWhenTheReaderCatchesUp() {
        readSlowly();
        receive(sendable);
        read(window.held(), 100);

        for (int i = 0; i < 200; i++) {
            receive(Math.min(STEP, sendable));
            read(window.held(), 1);
        }

        assertThat(sendable).isGreaterThanOrEqualTo(SIZE / 2);
    }

    @Test
    void readerThatReadsNothingHoldsNoMoreThanTheWindow() {
        receive(sendable);

        assertThat(window.take(1)).isFalse();
        assertThat(sendable).isZero();
    }

    @Test
    void emptyFrameNeedsNoWindowNotEvenWhereItIsNegative() {
        ReceiveWindow hasty = ReceiveWindow.ofStream(65_535, ticker);
        assertThat(hasty.take(60_000)).isTrue();
        hasty.resize(16_384);

        assertThat(hasty.take(0)).as("the end of the stream").isTrue();
        assertThat(hasty.take(1)).isFalse();
    }

    @Test
    void quietStreamKeepsItsWindow() {
        for (int i = 0; i < 1_000; i++) {
            receive(STEP);
            read(STEP, 10_000);
        }

        assertThat(sendable).isGreaterThanOrEqualTo(SIZE / 2);
    }

    private void readSlowly() {
        for (int read = 0; read < 16 * SIZE; read += STEP) {
            receive(sendable);
            read(STEP, 100);
        }
    }

    private void receive(int bytes) {
        sendable -= bytes;
        assertThat(window.take(bytes)).isTrue();
    }

    private void read(int bytes, long millis) {
        ticker.advance(millis, TimeUnit.MILLISECONDS);
        sendable += window.give(bytes);
    }
}
