package mesh.ambit.linux;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages of program files that were touched while the program started, most of them never to be touched again: half of
 * what a small daemon on the JVM keeps resident is the start of the JVM.
 *
 * <p>Given back are only pages of mappings that cannot be written and hold nothing of their own, so the file has what they
 * hold; the next touch maps them again from the page cache, sixteen at a time, without reading a disk.
 */
public final class StartPages {
    private static final Logger LOG = LoggerFactory.getLogger(StartPages.class);

    private static final Path MAPPINGS = Path.of("/proc/self/smaps");
    private static final int MADV_DONTNEED = 4;

    /** When parts of a start are over, more or less: the program serves, the first connections were made, all is quiet. */
    private static final List<Duration> SETTLED =
            LongStream.of(1, 2, 4, 15, 60).mapToObj(Duration::ofSeconds).toList();

    private StartPages() {}

    /**
     * Gives them back as the program settles, on a thread of its own; several times in the first minute, because what a
     * start touches late (the first certificate, the first connection) is touched once as well. To be called when a daemon
     * begins. Never fails: a kernel that does not tell its mappings leaves the program as it is.
     */
    public static void releaseWhenSettled() {
        releaseAfter(SETTLED);
    }

    static void releaseAfter(List<Duration> delays) {
        Thread.ofPlatform().daemon().name("ambit-start-pages").start(() -> {
            long begin = System.nanoTime();
            try {
                for (Duration delay : delays) {
                    Thread.sleep(delay.minusNanos(System.nanoTime() - begin));
                    LOG.debug("{} KiB of program files are not resident any more", release());
                }
            } catch (IOException | LinuxException e) {
                LOG.debug("pages of the start stay resident: {}", e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /**
     * Gives them back now, and returns how many KiB were resident.
     *
     * @throws IOException if the kernel does not tell what is mapped
     * @throws LinuxException if the kernel does not take pages back
     */
    static long release() throws IOException {
        long kibibytes = 0;
        try (BufferedReader lines = Files.newBufferedReader(MAPPINGS)) {
            Mapping mapping = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (isHead(line)) {
                    mapping = Mapping.parse(line);
                } else if (mapping != null && line.startsWith("Rss:")) {
                    mapping.resident = kibibytes(line);
                } else if (mapping != null && line.startsWith("Anonymous:") && mapping.isRestorable(kibibytes(line))) {
                    LinuxException.check("give pages back", Libc.madvise(mapping.start, mapping.length, MADV_DONTNEED));
                    kibibytes += mapping.resident;
                }
            }
        }
        return kibibytes;
    }

    /** A mapping begins with its addresses, in lower-case hexadecimal digits; what is said of it, with a capital. */
    private static boolean isHead(String line) {
        return !line.isEmpty() && Character.digit(line.charAt(0), 16) >= 0 && !Character.isUpperCase(line.charAt(0));
    }

    /** Reads {@code Rss:   132 kB}. */
    private static long kibibytes(String line) {
        return Long.parseLong(
                line.substring(line.indexOf(':') + 1, line.lastIndexOf(' ')).strip());
    }

    /** One line of what is mapped, and what the lines after it say. */
    private static final class Mapping {
        final long start;
        final long length;
        final boolean ofFile;
        final boolean writable;
        long resident;

        private Mapping(long start, long length, boolean ofFile, boolean writable) {
            this.start = start;
            this.length = length;
            this.ofFile = ofFile;
            this.writable = writable;
        }

        /** Reads {@code 7f00-7f20 r-xp 00000000 fe:00 123    /lib/libjvm.so}. */
        static Mapping parse(String line) {
            int dash = line.indexOf('-');
            int space = line.indexOf(' ');
            long start = Long.parseUnsignedLong(line, 0, dash, 16);
            long end = Long.parseUnsignedLong(line, dash + 1, space, 16);
            return new Mapping(start, end - start, line.indexOf(" /", space) > 0, line.charAt(space + 2) == 'w');
        }

        /** Whether the file has all of it; {@code changed} KiB of it were written once, as by the dynamic linker. */
        boolean isRestorable(long changed) {
            return ofFile && !writable && changed == 0 && resident > 0;
        }
    }
}
