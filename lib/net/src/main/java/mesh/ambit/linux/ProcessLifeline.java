package mesh.ambit.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/** What whoever started this process has left it: ignored signals, and how many files it may open. */
public final class ProcessLifeline {
    private static final int RLIMIT_NOFILE = 7;
    private static final int SIGINT = 2;
    private static final long SIG_DFL = 0;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String IGNORED = "SigIgn:";

    private ProcessLifeline() {}

    /**
     * Makes this process hear SIGINT though whoever started it has it ignored, as shells do with what they put into the
     * background; the JVM would leave it so. To be called before a handler is set.
     */
    public static void hearInterrupts() {
        if (isIgnored(SIGINT)) {
            Libc.signal(SIGINT, SIG_DFL);
        }
    }

    /** Returns whether the kernel drops a signal to this process, where it says so. */
    static boolean isIgnored(int signal) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(IGNORED)) {
                    long mask = Long.parseUnsignedLong(
                            line.substring(IGNORED.length()).strip(), 16);
                    return (mask >>> (signal - 1) & 1) != 0;
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Then it stays as it is.
        }
        return false;
    }

    /** Raises the soft limit of open files to the hard one and returns it. */
    public static long raiseOpenFiles() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(JAVA_LONG, 2);
            LinuxException.check("read the limit of open files", Libc.getrlimit(RLIMIT_NOFILE, limit));
            long hard = limit.getAtIndex(JAVA_LONG, 1);
            limit.setAtIndex(JAVA_LONG, 0, hard);
            LinuxException.check("raise the limit of open files to " + hard, Libc.setrlimit(RLIMIT_NOFILE, limit));
            return hard;
        }
    }
}
