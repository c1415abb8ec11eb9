package mesh.ambit.hbone;

/** What we may still send, of one stream or of the whole tunnel. Negative after the peer has shrunk its windows. */
final class SendWindow {
    private long left;

    SendWindow(int initial) {
        this.left = initial;
    }

    /** Returns how many bytes may be sent now; never negative. */
    int available() {
        return (int) Math.max(0, left);
    }

    void spend(int bytes) {
        left -= bytes;
    }

    /** Adds {@code delta}; returns false if the window has become larger than RFC 9113 section 6.9.1 allows. */
    boolean grow(long delta) {
        left += delta;
        return left <= Integer.MAX_VALUE;
    }
}
