package mesh.ambit.kube;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that change as a whole. */
public final class AtomicFiles {
    private AtomicFiles() {}

    /**
     * Replaces the content of {@code file}. A reader sees the old content or the new, never a part: the text is written
     * beside the file, under a name that readers of folders pass over, and renamed. One writer for each file.
     */
    public static void write(Path file, String text) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " is no file");
        }
        Path temporary = directory.resolve("." + file.getFileName() + ".new");
        try {
            Files.writeString(temporary, text);
            Files.move(temporary, file, ATOMIC_MOVE, REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
