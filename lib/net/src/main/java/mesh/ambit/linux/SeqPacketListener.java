package mesh.ambit.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * A Unix socket that accepts {@link SeqPacketConnection}s. {@link #close} from any thread ends a blocked accept and
 * removes the file.
 */
public final class SeqPacketListener implements AutoCloseable {
    private static final int BACKLOG = 16;

    private final Descriptor descriptor;
    private final Path path;

    private SeqPacketListener(int fd, Path path) {
        this.descriptor = new Descriptor(fd);
        this.path = path;
    }

    /** Listens at {@code path}, for its owner only (mode 0600). A file that is left there is replaced. */
    public static SeqPacketListener listen(Path path) throws IOException {
        int fd = UnixSockets.open(Libc.SOCK_NONBLOCK);
        try (Arena arena = Arena.ofConfined()) {
            Files.deleteIfExists(path);
            check("bind " + path, Libc.bind(fd, UnixSockets.address(arena, path)));
            // Nobody can connect before listen, so there is no moment at which the mode is wrong.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            check("listen at " + path, Libc.listen(fd, BACKLOG));
            return new SeqPacketListener(fd, path);
        } catch (IOException | RuntimeException e) {
            Libc.close(fd);
            throw e;
        }
    }

    /** Waits for the next connection. */
    public SeqPacketConnection accept() throws IOException {
        return accept(UnixSockets.FOREVER);
    }

    /** As {@link #accept()}, but throws {@link SocketTimeoutException} if none came within {@code timeout}. */
    public SeqPacketConnection accept(Duration timeout) throws IOException {
        return accept(UnixSockets.deadline(timeout));
    }

    /** Returns where it listens; the file goes when this is closed. */
    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        if (!descriptor.isClosed()) {
            Files.deleteIfExists(path);
        }
        descriptor.close(() -> Libc.shutdown(descriptor.number(), Libc.SHUT_RDWR));
    }

    private SeqPacketConnection accept(long deadlineNanos) throws IOException {
        int fd = descriptor.borrow();
        if (fd < 0) {
            throw new AsynchronousCloseException();
        }
        try {
            while (true) {
                if (!UnixSockets.await(fd, Libc.POLLIN, deadlineNanos)) {
                    throw new SocketTimeoutException("nobody connected to " + path + " in time");
                }
                if (descriptor.isClosed()) {
                    throw new AsynchronousCloseException();
                }
                int accepted = Libc.accept4(fd, Libc.SOCK_CLOEXEC);
                if (accepted >= 0) {
                    return new SeqPacketConnection(accepted);
                }
                if (descriptor.isClosed()) {
                    throw new AsynchronousCloseException();
                }
                if (accepted != -LinuxException.EINTR && accepted != -LinuxException.EAGAIN) {
                    check("accept at " + path, accepted);
                }
            }
        } finally {
            descriptor.giveBack();
        }
    }

    private static void check(String what, int result) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": " + Libc.strerror(-result));
        }
    }
}
