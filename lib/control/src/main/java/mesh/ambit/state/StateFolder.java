package mesh.ambit.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A folder of state files that nobody else can write. Private keys may be among them: files are 0600, the folder is made as
 * 0700. Not thread-safe; calls block.
 *
 * <p>A file is replaced as a whole (a temporary one, fsync, rename, fsync of the folder), so that a crash leaves the old
 * one or the new one. While one generation of a program takes over from another both write here: temporary files bear
 * their writer's name.
 */
public final class StateFolder {
    /** A larger file is neither written nor read. */
    static final int MAX_BYTES = 512 * 1024 * 1024;

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final String FRESH = ".new";
    /** A temporary file that nobody has written to for so long is what a killed process has left. */
    private static final Duration LEFT_BEHIND = Duration.ofMinutes(1);

    /** Not the process id: in a container each generation has the same. */
    private static final String WRITER = Long.toHexString(new SecureRandom().nextLong());

    private static final AtomicLong WRITES = new AtomicLong();
    private static final int FORMAT = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int REGULAR = 0100000;
    private static final int OTHERS_WRITE = 0022;
    private static final int OTHERS = 0077;

    private final Path folder;

    private StateFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens the folder at {@code path}, and makes it if it is not there.
     *
     * @throws StateException if it is a link or no folder, if it is not ours, or if others may write to it
     */
    public static StateFolder open(Path path) throws StateException {
        try {
            if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(path, PRIVATE_FOLDER);
            }
            Map<String, Object> facts = facts(path);
            if ((mode(facts) & FORMAT) != DIRECTORY) {
                throw new StateException("state folder " + path + ": not a folder (a link to one will not do)");
            }
            requireOurs("state folder " + path, facts);
            if ((mode(facts) & OTHERS_WRITE) != 0) {
                throw new StateException("state folder " + path + ": others may write to it (expected: mode 0700)");
            }
            removeLeftBehind(path);
            return new StateFolder(path);
        } catch (IOException e) {
            throw new StateException("state folder " + path + ": cannot be used: " + e, e);
        }
    }

    /** Returns where it is. */
    public Path path() {
        return folder;
    }

    /**
     * Returns the file of {@code kind}, or null when there is none.
     *
     * @throws StateException if there is one that is broken, is {@code owner}'s no more, or could be somebody else's work
     */
    public @Nullable StateFile read(String kind, String owner) throws StateException {
        Path path = file(kind);
        try {
            Map<String, Object> facts = facts(path);
            if ((mode(facts) & FORMAT) != REGULAR) {
                throw new StateException(path + ": not a plain file");
            }
            requireOurs(path.toString(), facts);
            if ((mode(facts) & OTHERS) != 0) {
                throw new StateException(path + ": open to others (expected: mode 0600)");
            }
            StateFile file = StateFile.decode(bytes(path));
            if (!file.kind().equals(kind) || !file.owner().equals(owner)) {
                throw new StateException(path + ": is " + file.kind() + " of " + file.owner() + " (expected: " + kind
                        + " of " + owner + ")");
            }
            return file;
        } catch (NoSuchFileException e) {
            return null;
        } catch (StateException e) {
            String text = String.valueOf(e.getMessage());
            throw text.startsWith(path.toString()) ? e : new StateException(path + ": " + text, e);
        } catch (IOException e) {
            throw new StateException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Replaces the file of its kind; when this returns it is on the disk. */
    public void write(StateFile file) throws IOException {
        byte[] bytes = file.encode();
        if (bytes.length > MAX_BYTES) {
            throw new IOException(file.kind() + " would take " + bytes.length + " bytes (at most " + MAX_BYTES + ")");
        }
        Path fresh = folder.resolve(file.kind() + "." + WRITER + "-" + WRITES.incrementAndGet() + FRESH);
        try {
            writeOut(fresh, bytes);
            Files.move(fresh, file(file.kind()), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            // Half a file would take the room that the next one needs.
            Files.deleteIfExists(fresh);
        }
        try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    private static void writeOut(Path fresh, byte[] bytes) throws IOException {
        // A link or a file of that name would be somebody else's.
        Set<OpenOption> once =
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try (FileChannel out = FileChannel.open(fresh, once, PRIVATE_FILE)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                out.write(left);
            }
            out.force(true);
        }
    }

    private static void removeLeftBehind(Path folder) throws IOException {
        Instant old = Instant.now().minus(LEFT_BEHIND);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + FRESH)) {
            for (Path file : files) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        && lastWritten(file).isBefore(old)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static Instant lastWritten(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
        } catch (NoSuchFileException e) {
            return Instant.MAX; // Its writer has just put it in its place.
        }
    }

    private Path file(String kind) {
        return folder.resolve(kind + ".state");
    }

    private static byte[] bytes(Path path) throws IOException, StateException {
        try (FileChannel in = FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            if (in.size() > MAX_BYTES) {
                throw new StateException("has " + in.size() + " bytes (at most " + MAX_BYTES + ")");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) in.size());
            while (bytes.hasRemaining() && in.read(bytes) >= 0) {
                // Reads on until it is full or the file has ended.
            }
            return Arrays.copyOf(bytes.array(), bytes.position());
        }
    }

    private static void requireOurs(String what, Map<String, Object> facts) throws IOException, StateException {
        Object ours = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!ours.equals(facts.get("uid"))) {
            throw new StateException(what + ": belongs to user " + facts.get("uid") + " (expected: " + ours + ")");
        }
    }

    private static Map<String, Object> facts(Path path) throws IOException {
        return Files.readAttributes(path, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
    }

    private static int mode(Map<String, Object> facts) {
        return facts.get("mode") instanceof Integer mode ? mode : 0;
    }
}
