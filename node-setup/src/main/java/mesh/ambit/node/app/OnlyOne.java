package mesh.ambit.node.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import mesh.ambit.config.ConfigException;
import mesh.ambit.linux.OpenFiles;

/** Holds a lock file while it is open, so that two runs never work on the same node. The kernel frees it on a crash. */
final class OnlyOne implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private OnlyOne(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws ConfigException naming {@code what} if another process has it
     */
    static OnlyOne of(Path file, String what) throws IOException {
        while (true) {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    throw new ConfigException(List.of(what + " is running already (it holds " + file + ")"));
                }
                if (OpenFiles.have(file)) {
                    return new OnlyOne(file, channel);
                }
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            // Its owner removed it after we had opened it: whoever comes next would make, and lock, another one.
            channel.close();
        }
    }

    @Override
    public void close() throws IOException {
        // Removed before it is freed, so that nobody's new lock is removed.
        Files.deleteIfExists(file);
        channel.close();
    }
}
