package mesh.ambit.linux;

/**
 * An owned file descriptor. It is closed once, and only when no call uses it any more: a number that is closed under a
 * blocked call may by then belong to somebody else's file. Thread-safe.
 */
final class Descriptor {
    private final int fd;
    private int users;
    private boolean closed;

    Descriptor(int fd) {
        this.fd = fd;
    }

    /** Returns the number for one call, to be followed by {@link #giveBack}, or -1 if closed. */
    synchronized int borrow() {
        if (closed) {
            return -1;
        }
        users++;
        return fd;
    }

    /** Ends one use; the last one after {@link #close} closes the descriptor. */
    synchronized void giveBack() {
        users--;
        closeIfUnused();
    }

    /** Lets no new use in, and runs {@code wake} first if this is the first close, so that blocked calls return. */
    synchronized void close(Runnable wake) {
        if (!closed) {
            wake.run();
            closed = true;
            closeIfUnused();
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Returns the number without protection; for logs, and for owners that never close while in use. */
    int number() {
        return fd;
    }

    private void closeIfUnused() {
        if (closed && users == 0) {
            Libc.close(fd);
        }
    }
}
