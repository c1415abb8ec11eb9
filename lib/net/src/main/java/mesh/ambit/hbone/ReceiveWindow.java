package mesh.ambit.hbone;

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/**
 * What a peer may still send, of one stream or of the whole tunnel, and the credit that it is owed.
 *
 * <p>A window opens as wide as it was announced, and is kept as wide as its reader is fast: credit that a slow reader
 * sets free is held back until what waits for it is about a quarter of a second's worth, and given in larger amounts
 * again when the reader catches up. So a slow application keeps little memory, and a fast one never waits for credit.
 */
final class ReceiveWindow {
    /** No window becomes smaller than this by itself: a few reads' worth. */
    static final int FLOOR_BYTES = 256 * 1024;

    /** A reader that needs longer than this for half a window is slow, one that needs half of it is fast. */
    static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Ticker ticker;
    private int size;
    private int floor;
    private int target;

    /** What the peer may send, and what it has sent that nobody has dealt with yet. Never more than the size together. */
    private int left;

    private int held;

    /** What has been dealt with since half a window was the last time, and when that was. */
    private int roundBytes;

    private long roundNanos;

    private ReceiveWindow(int size, int initial, int floor, Ticker ticker) {
        this.size = size;
        this.floor = floor;
        this.ticker = ticker;
        this.target = size;
        this.left = initial;
    }

    /**
     * Returns the window of a stream, which follows its reader.
     *
     * @param size what the peer takes it for: the default of HTTP/2 until it has acknowledged our SETTINGS, see
     *     {@link #resize}
     */
    static ReceiveWindow ofStream(int size, Ticker ticker) {
        ReceiveWindow window = new ReceiveWindow(size, size, floorOf(size), ticker);
        window.roundNanos = ticker.nanoTime();
        return window;
    }

    private static int floorOf(int size) {
        return Math.min(size, FLOOR_BYTES);
    }

    /**
     * Takes the size of our SETTINGS for a stream's window, because the peer has acknowledged them: until then it may
     * send no more than the default allows (RFC 9113, 6.5.3). What it may send can become negative.
     */
    void resize(int newSize) {
        left += newSize - size;
        size = newSize;
        floor = floorOf(newSize);
        target = newSize;
    }

    /**
     * Returns the window of a tunnel, which stays as wide as it is: its streams need not be alike.
     *
     * @param size the window we want the peer to see when nothing is under way
     */
    static ReceiveWindow ofTunnel(int size, Ticker ticker) {
        return new ReceiveWindow(size, Frames.DEFAULT_WINDOW_BYTES, size, ticker);
    }

    /** Notes {@code bytes} from the peer; returns false if it was not allowed to send them. None are always allowed. */
    boolean take(int bytes) {
        left -= bytes;
        held += bytes;
        return left >= 0 || bytes == 0;
    }

    /** Returns how many bytes have come that nobody has dealt with yet. */
    int held() {
        return held;
    }

    /**
     * Notes that {@code bytes} have been dealt with, and returns the credit to announce now: nothing until half a
     * window has gathered, so that small reads do not cost a frame each.
     */
    int give(int bytes) {
        held -= bytes;
        roundBytes += bytes;
        if (roundBytes >= target / 2) {
            roundBytes = 0;
            if (floor < size) {
                followReader();
            }
        }
        return target - left - held >= target / 2 ? announceUpTo(target) : 0;
    }

    private void followReader() {
        long now = ticker.nanoTime();
        long took = now - roundNanos;
        roundNanos = now;
        if (took > SLOW_NANOS && held >= target / 4) {
            target = Math.max(floor, target / 2);
        } else if (took < SLOW_NANOS / 2 && held < target / 4) {
            target = (int) Math.min(size, 2L * target);
        }
    }

    /** Returns all credit there is, and counts it as announced. */
    int announceAll() {
        return announceUpTo(size);
    }

    private int announceUpTo(int width) {
        int credit = width - left - held;
        left += credit;
        return credit;
    }
}
