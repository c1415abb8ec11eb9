package mesh.ambit.hbone;

/** What a peer may still send, of one stream or of the whole tunnel, and the credit that has gathered for it. */
final class ReceiveWindow {
    private final int size;
    private int left;
    private int owed;

    /**
     * @param size the window we want the peer to see when nothing is under way
     * @param initial what the peer believes before the first WINDOW_UPDATE
     */
    ReceiveWindow(int size, int initial) {
        this.size = size;
        this.left = initial;
        this.owed = size - initial;
    }

    /** Notes {@code bytes} from the peer; returns false if it was not allowed to send them. */
    boolean take(int bytes) {
        left -= bytes;
        return left >= 0;
    }

    /**
     * Notes that {@code bytes} have been dealt with, and returns the credit to announce now: nothing until half a
     * window has gathered, so that small reads do not cost a frame each.
     */
    int give(int bytes) {
        owed += bytes;
        return owed >= size / 2 ? announceAll() : 0;
    }

    /** Returns all credit there is, and counts it as announced. */
    int announceAll() {
        int credit = owed;
        left += credit;
        owed = 0;
        return credit;
    }
}
