package mesh.ambit.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** What listeners and connections of Unix sockets share. */
final class UnixSockets {
    /** A deadline that never comes. */
    static final long FOREVER = Long.MAX_VALUE;

    /** {@code sun_path} has 108 bytes, the last one for the terminating zero. */
    private static final int MAX_PATH_BYTES = 107;

    private UnixSockets() {}

    static int open(int flags) {
        return LinuxException.check(
                "make a Unix socket", Libc.socket(Libc.AF_UNIX, Libc.SOCK_SEQPACKET | Libc.SOCK_CLOEXEC | flags, 0));
    }

    /** Returns the sockaddr_un of {@code path}. */
    static MemorySegment address(Arena arena, Path path) throws IOException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length > MAX_PATH_BYTES) {
            throw new IOException("socket path " + path + " has " + name.length + " bytes (at most " + MAX_PATH_BYTES
                    + "): choose a shorter folder");
        }
        MemorySegment address = arena.allocate(2 + name.length + 1, 2);
        address.set(JAVA_SHORT, 0, (short) Libc.AF_UNIX);
        MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
        return address;
    }

    /** Returns the {@link System#nanoTime} at which {@code timeout} from now has passed. */
    static long deadline(Duration timeout) {
        return System.nanoTime() + timeout.toNanos();
    }

    /** Waits until {@code fd} is ready for {@code events}, broken or shut down; false if the deadline came first. */
    static boolean await(int fd, int events, long deadlineNanos) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(8, 4);
            while (true) {
                entry.set(JAVA_INT, 0, fd);
                entry.set(JAVA_SHORT, 4, (short) events);
                entry.set(JAVA_SHORT, 6, (short) 0);
                int timeoutMillis = -1;
                if (deadlineNanos != FOREVER) {
                    long left = Math.max(0, deadlineNanos - System.nanoTime());
                    // Rounded up, so that we do not spin through the last millisecond.
                    timeoutMillis = (int) Math.min(Integer.MAX_VALUE, (left + 999_999) / 1_000_000);
                }
                int ready = Libc.poll(entry, 1, timeoutMillis);
                if (ready > 0) {
                    return true;
                }
                if (ready == 0) {
                    return false;
                }
                if (ready != -LinuxException.EINTR) {
                    throw LinuxException.of("wait for descriptor " + fd, -ready);
                }
            }
        }
    }
}
