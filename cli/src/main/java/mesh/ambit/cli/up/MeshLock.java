package mesh.ambit.cli.up;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import mesh.ambit.linux.OpenFiles;
import org.jspecify.annotations.Nullable;

/**
 * A file that one process holds for as long as it lives; the kernel lets go of it at its death. The file says who.
 *
 * <p>Removed when it is given back. What an owner that was killed left in it stays readable for the next one.
 */
final class MeshLock implements AutoCloseable {
    private static final int MOST_BYTES = 4096;

    private final Path file;
    private final FileChannel channel;
    private final String before;

    private MeshLock(Path file, FileChannel channel, String before) {
        this.file = file;
        this.channel = channel;
        this.before = before;
    }

    /** Somebody else has it; the text is what the owner wrote. */
    static final class HeldException extends Exception {
        private static final long serialVersionUID = 1L;

        HeldException(String owner) {
            super(owner);
        }
    }

    /** Takes the lock and writes {@code owner} into it. */
    static MeshLock take(Path file, String owner) throws IOException, HeldException {
        while (true) {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                String before = read(channel);
                FileLock lock = tryLock(channel);
                if (lock == null) {
                    throw new HeldException(before);
                }
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)), 0);
                // Who gave it back between our open and our lock has removed the file: we hold one that nobody sees.
                if (OpenFiles.have(file)) {
                    return new MeshLock(file, channel, before);
                }
                channel.close();
            } catch (IOException | HeldException e) {
                channel.close();
                throw e;
            }
        }
    }

    /** Returns what the owner before us left, empty after an orderly end. */
    String leftBehind() {
        return before;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
        channel.close();
    }
}
