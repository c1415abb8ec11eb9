package mesh.ambit.linux;

/** A Linux call that failed. The message names the call, its object and what the kernel said. */
public final class LinuxException extends RuntimeException {
    /** Interrupted system call. */
    static final int EINTR = 4;
    /** Resource temporarily unavailable. */
    static final int EAGAIN = 11;

    private final int errno;

    LinuxException(String message, int errno) {
        super(message);
        this.errno = errno;
    }

    /** Returns an exception for {@code what}, a verb and its object, that failed with {@code errno}. */
    static LinuxException of(String what, int errno) {
        return new LinuxException(what + ": " + Libc.strerror(errno), errno);
    }

    /** Returns {@code result} if the call succeeded, or throws with the error it carries. */
    static int check(String what, int result) {
        if (result < 0) {
            throw of(what, -result);
        }
        return result;
    }

    /** Returns the error number, or 0 where no call failed but its answer was not acceptable. */
    public int errno() {
        return errno;
    }
}
