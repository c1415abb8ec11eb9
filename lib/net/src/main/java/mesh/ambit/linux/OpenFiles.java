package mesh.ambit.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What this process has open. */
public final class OpenFiles {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String LIMIT = "Max open files";

    private OpenFiles() {}

    /**
     * Returns whether this process has the very file open that is at {@code file} now; not one that was removed from
     * there. Asked of the descriptor table: to open the file once more and close it would give back every lock that the
     * process holds on it (fcntl(2)).
     *
     * @throws IOException if the file or the descriptors cannot be looked at
     */
    public static boolean have(Path file) throws IOException {
        Object there;
        try {
            there = identity(file);
        } catch (NoSuchFileException e) {
            return false;
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                if (there.equals(identityOf(descriptor))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Returns how many descriptors this process may have; 0 if that is not known, {@link Long#MAX_VALUE} for any number. */
    public static long limit() {
        try (Stream<String> lines = Files.lines(LIMITS)) {
            return lines.filter(line -> line.startsWith(LIMIT))
                    .findFirst()
                    .map(line -> soft(line.substring(LIMIT.length())))
                    .orElse(0L);
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /** Reads {@code   1024   524288   files}: the limit that holds is the first. */
    private static long soft(String limits) {
        String soft = limits.strip().split("\\s+", 2)[0];
        return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
    }

    private static @Nullable Object identityOf(Path descriptor) {
        try {
            return identity(descriptor);
        } catch (IOException e) {
            return null; // Closed meanwhile.
        }
    }

    /** Returns device and inode. */
    private static Object identity(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }
}
