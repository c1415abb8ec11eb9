package mesh.ambit.istiod.issuer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Files that appear whole or not at all and are never readable by more people than they are meant for. */
final class PrivateFiles {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY = permissions("rwx------");
    private static final String OWNER_ONLY = "rw-------";
    private static final String EVERYBODY_READS = "rw-r--r--";

    private PrivateFiles() {}

    /** Writes {@code text} to {@code file}, mode 0600, in one step that survives a crash. */
    static void writeSecret(Path file, String text) {
        write(file, text, OWNER_ONLY);
    }

    /**
     * Writes {@code text} to {@code file}, mode 0644, in one step that survives a crash. A file that is so already is left
     * alone: no room is needed for it, and nobody who follows it is woken.
     */
    static void writePublic(Path file, String text) {
        if (!isSo(file, text, EVERYBODY_READS)) {
            write(file, text, EVERYBODY_READS);
        }
    }

    private static boolean isSo(Path file, String text, String mode) {
        try {
            return Files.isRegularFile(file)
                    && PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                            .equals(mode)
                    && Files.readString(file, StandardCharsets.US_ASCII).equals(text);
        } catch (IOException e) {
            return false; // Writing it will say what is wrong.
        }
    }

    /** Makes {@code directory}, mode 0700, and what is missing above it. */
    static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(directory, OWNER_ONLY_DIRECTORY);
        } catch (IOException e) {
            throw new IssuerException(directory + ": cannot create the directory: " + reason(e), e);
        }
    }

    /** Removes {@code file} if it is there. */
    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new IssuerException(file + ": cannot remove: " + reason(e), e);
        }
    }

    /** Returns the text of {@code file}: ASCII where it counts, while comments around PEM may be in any charset. */
    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IssuerException(file + ": cannot read: " + reason(e), e);
        }
    }

    private static void write(Path file, String text, String mode) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IssuerException(file + ": not a file");
        }
        makeDirectory(parent);
        Path temporary = null;
        try {
            temporary = Files.createTempFile(parent, "." + file.getFileName(), ".tmp", permissions(OWNER_ONLY));
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(mode));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            temporary = null;
            try (FileChannel entries = FileChannel.open(parent, StandardOpenOption.READ)) {
                entries.force(true);
            }
        } catch (IOException e) {
            deleteQuietly(temporary, e);
            throw new IssuerException(file + ": cannot write: " + reason(e), e);
        }
    }

    private static void deleteQuietly(@Nullable Path temporary, IOException cause) {
        if (temporary == null) {
            return;
        }
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Returns what a person can act on; the messages of these exceptions often are only the file's name. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static FileAttribute<Set<PosixFilePermission>> permissions(String mode) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    }
}
