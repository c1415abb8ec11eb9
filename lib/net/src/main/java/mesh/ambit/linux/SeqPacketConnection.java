package mesh.ambit.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connected Unix socket that keeps message boundaries (SOCK_SEQPACKET) and carries descriptors.
 *
 * <p>One thread may send while another receives; {@link #close} from any thread ends both with
 * {@link AsynchronousCloseException}. Calls block their platform thread.
 */
public final class SeqPacketConnection implements AutoCloseable {
    /** How long a send waits for a peer that does not read; what ZDS gives a write. */
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    /** Room for descriptors in one packet; ZDS knows one, and what does not fit is reported as truncated. */
    private static final int MAX_DESCRIPTORS = 8;

    private static final int CMSG_HEADER = 16;
    private static final int MSGHDR_SIZE = 56;

    private final Descriptor descriptor;

    SeqPacketConnection(int fd) {
        this.descriptor = new Descriptor(fd);
    }

    /** Connects to the socket at {@code path}. */
    public static SeqPacketConnection connect(Path path) throws IOException {
        int fd = UnixSockets.open(0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = UnixSockets.address(arena, path);
            int result = Libc.connect(fd, address);
            if (result < 0) {
                throw new IOException("connect to " + path + ": " + Libc.strerror(-result));
            }
            return new SeqPacketConnection(fd);
        } catch (IOException | RuntimeException e) {
            Libc.close(fd);
            throw e;
        }
    }

    /** Sends one packet. */
    public void send(byte[] bytes) throws IOException {
        transmit(bytes, -1);
    }

    /** Sends one packet with a descriptor beside it; the peer gets a duplicate, ours stays ours. */
    public void send(byte[] bytes, int fd) throws IOException {
        transmit(bytes, fd);
    }

    /**
     * Waits for one packet of at most {@code maxBytes}.
     *
     * @return the packet, to be closed, or null if the peer has closed
     * @throws SocketTimeoutException if none came within {@code timeout}
     */
    public @Nullable Packet receive(int maxBytes, Duration timeout) throws IOException {
        return receive(maxBytes, UnixSockets.deadline(timeout));
    }

    /** As {@link #receive(int, Duration)}, without end. */
    public @Nullable Packet receive(int maxBytes) throws IOException {
        return receive(maxBytes, UnixSockets.FOREVER);
    }

    @Override
    public void close() {
        descriptor.close(() -> Libc.shutdown(descriptor.number(), Libc.SHUT_RDWR));
    }

    private @Nullable Packet receive(int maxBytes, long deadlineNanos) throws IOException {
        int fd = borrow();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(maxBytes, 8);
            MemorySegment control = arena.allocate(CMSG_HEADER + 4L * MAX_DESCRIPTORS, 8);
            while (true) {
                if (!UnixSockets.await(fd, Libc.POLLIN, deadlineNanos)) {
                    throw new SocketTimeoutException("no packet came in time");
                }
                MemorySegment header = header(arena, data, maxBytes, control, control.byteSize());
                int result = Libc.recvmsg(fd, header, Libc.MSG_CMSG_CLOEXEC | Libc.MSG_DONTWAIT);
                if (descriptor.isClosed()) {
                    descriptors(header, control).forEach(Libc::close);
                    throw new AsynchronousCloseException();
                }
                if (result == -LinuxException.EAGAIN || result == -LinuxException.EINTR) {
                    continue;
                }
                if (result < 0) {
                    throw new IOException("receive: " + Libc.strerror(-result));
                }
                List<Integer> received = descriptors(header, control);
                if (result == 0 && received.isEmpty()) {
                    return null;
                }
                boolean truncated = (header.get(JAVA_INT, 48) & (Libc.MSG_TRUNC | Libc.MSG_CTRUNC)) != 0;
                return new Packet(data.asSlice(0, Math.min(result, maxBytes)).toArray(JAVA_BYTE), received, truncated);
            }
        } finally {
            descriptor.giveBack();
        }
    }

    private void transmit(byte[] bytes, int passed) throws IOException {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("an empty packet would read as the end of the connection");
        }
        int fd = borrow();
        try (Arena arena = Arena.ofConfined()) {
            long deadline = UnixSockets.deadline(SEND_TIMEOUT);
            MemorySegment data = arena.allocateFrom(JAVA_BYTE, bytes);
            MemorySegment control = passed < 0 ? MemorySegment.NULL : rights(arena, passed);
            MemorySegment header = header(arena, data, bytes.length, control, passed < 0 ? 0 : control.byteSize());
            while (true) {
                int result = Libc.sendmsg(fd, header, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT);
                if (result >= 0) {
                    return;
                }
                if (descriptor.isClosed()) {
                    throw new AsynchronousCloseException();
                }
                if (result != -LinuxException.EAGAIN && result != -LinuxException.EINTR) {
                    throw new IOException("send: " + Libc.strerror(-result));
                }
                if (!UnixSockets.await(fd, Libc.POLLOUT, deadline)) {
                    throw new SocketTimeoutException("peer does not read: nothing sent within " + SEND_TIMEOUT);
                }
            }
        } finally {
            descriptor.giveBack();
        }
    }

    private int borrow() throws IOException {
        int fd = descriptor.borrow();
        if (fd < 0) {
            throw new AsynchronousCloseException();
        }
        return fd;
    }

    /** Returns a msghdr with one iovec. The layout is that of every 64-bit Linux. */
    static MemorySegment header(
            Arena arena, MemorySegment data, long length, MemorySegment control, long controlLength) {
        MemorySegment vector = arena.allocate(16, 8);
        vector.set(ADDRESS, 0, data);
        vector.set(JAVA_LONG, 8, length);
        MemorySegment header = arena.allocate(MSGHDR_SIZE, 8);
        header.set(ADDRESS, 16, vector);
        header.set(JAVA_LONG, 24, 1);
        header.set(ADDRESS, 32, control);
        header.set(JAVA_LONG, 40, controlLength);
        return header;
    }

    private static MemorySegment rights(Arena arena, int fd) {
        // CMSG_SPACE(4): header, one int, padding to eight.
        MemorySegment control = arena.allocate(CMSG_HEADER + 8, 8);
        control.set(JAVA_LONG, 0, CMSG_HEADER + 4);
        control.set(JAVA_INT, 8, SOL_SOCKET);
        control.set(JAVA_INT, 12, SCM_RIGHTS);
        control.set(JAVA_INT, 16, fd);
        return control;
    }

    private static List<Integer> descriptors(MemorySegment header, MemorySegment control) {
        long end = Math.min(header.get(JAVA_LONG, 40), control.byteSize());
        List<Integer> found = new ArrayList<>();
        long at = 0;
        while (at + CMSG_HEADER <= end) {
            long length = control.get(JAVA_LONG, at);
            if (length < CMSG_HEADER || at + length > end) {
                break;
            }
            if (control.get(JAVA_INT, at + 8) == SOL_SOCKET && control.get(JAVA_INT, at + 12) == SCM_RIGHTS) {
                for (long fd = at + CMSG_HEADER; fd + 4 <= at + length; fd += 4) {
                    found.add(control.get(JAVA_INT, fd));
                }
            }
            at += (length + 7) & ~7;
        }
        return found;
    }

    /** One message, with the descriptors that came beside it. Closing it closes those that nobody took. */
    public static final class Packet implements AutoCloseable {
        private final byte[] bytes;
        private final List<Integer> descriptors;
        private final boolean truncated;

        private Packet(byte[] bytes, List<Integer> descriptors, boolean truncated) {
            this.bytes = bytes;
            this.descriptors = new ArrayList<>(descriptors);
            this.truncated = truncated;
        }

        /** Returns the payload; the caller may keep it. */
        public byte[] bytes() {
            return bytes;
        }

        /** Returns how many descriptors are left to take. */
        public int descriptorCount() {
            return descriptors.size();
        }

        /** Returns the next descriptor, which is the caller's to close from now on. */
        public int takeDescriptor() {
            return descriptors.removeFirst();
        }

        /** Whether payload or descriptors were cut because they did not fit. */
        public boolean truncated() {
            return truncated;
        }

        @Override
        public void close() {
            descriptors.forEach(Libc::close);
            descriptors.clear();
        }
    }
}
