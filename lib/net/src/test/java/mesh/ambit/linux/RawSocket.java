package mesh.ambit.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A TCP socket whose descriptor a test can see. */
final class RawSocket implements AutoCloseable {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;

    private final int fd;
    private final int family;

    private RawSocket(int fd, int family) {
        this.fd = fd;
        this.family = family;
    }

    /** Makes a socket in the namespace of the calling thread. */
    static RawSocket tcp(int family) {
        return new RawSocket(
                LinuxException.check("socket", Libc.socket(family, SOCK_STREAM | Libc.SOCK_CLOEXEC, 0)), family);
    }

    static RawSocket listening(String address, int port) {
        RawSocket socket = tcp(address.contains(":") ? AF_INET6 : AF_INET);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
        LinuxException.check("listen", Libc.listen(socket.fd, 8));
        return socket;
    }

    void bind(InetSocketAddress address) {
        try (Arena arena = Arena.ofConfined()) {
            LinuxException.check("bind " + address, Libc.bind(fd, sockaddr(arena, address)));
        }
    }

    void connect(InetSocketAddress address) {
        try (Arena arena = Arena.ofConfined()) {
            LinuxException.check("connect " + address, Libc.connect(fd, sockaddr(arena, address)));
        }
    }

    RawSocket accept() {
        return new RawSocket(LinuxException.check("accept", Libc.accept4(fd, Libc.SOCK_CLOEXEC)), family);
    }

    @SuppressWarnings("restricted")
    int port() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(28, 4);
            MemorySegment length = arena.allocateFrom(JAVA_INT, 28);
            int result = (int) Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("getsockname"),
                            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                    .invokeExact(fd, address, length);
            LinuxException.check("getsockname", result);
            return (address.get(JAVA_BYTE, 2) & 0xff) << 8 | (address.get(JAVA_BYTE, 3) & 0xff);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    int fd() {
        return fd;
    }

    @Override
    public void close() {
        Libc.close(fd);
    }

    private MemorySegment sockaddr(Arena arena, InetSocketAddress address) {
        byte[] ip = address.getAddress().getAddress();
        MemorySegment segment = arena.allocate(family == AF_INET ? 16 : 28, 4);
        segment.set(JAVA_SHORT, 0, (short) family);
        segment.set(JAVA_BYTE, 2, (byte) (address.getPort() >> 8));
        segment.set(JAVA_BYTE, 3, (byte) address.getPort());
        MemorySegment.copy(ip, 0, segment, JAVA_BYTE, family == AF_INET ? 4 : 8, ip.length);
        return segment;
    }
}
