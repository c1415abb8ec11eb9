package mesh.ambit.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** What this process has open. */
public final class OpenFiles {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

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
