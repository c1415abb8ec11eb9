package mesh.ambit.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * The C functions we call, as the kernel would answer them: a result of zero or more, or the negated error number.
 *
 * <p>Nothing here throws for a failed call, retries it or owns a descriptor; that is for the classes around it. A call
 * blocks the carrier of a virtual thread.
 */
@SuppressWarnings("restricted") // Calling C is what this class is for.
final class Libc {
    static final int AF_UNIX = 1;
    static final int AF_NETLINK = 16;
    static final int SOCK_RAW = 3;
    static final int SOCK_SEQPACKET = 5;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SHUT_RDWR = 2;

    static final int MSG_CTRUNC = 0x8;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;

    static final int POLLIN = 0x1;
    static final int POLLOUT = 0x4;

    static final int O_CLOEXEC = 0x80000;
    static final int F_DUPFD_CLOEXEC = 1030;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = CALL_STATE.byteOffset(PathElement.groupElement("errno"));

    /**
     * The one shape in which all of them are called: five words in, a word out. The calling conventions of Linux on x86-64
     * and aarch64 put each integer and each pointer into a register of its own, and a function reads of them what it
     * declares. A shape costs several classes that the JVM makes when the program starts; twenty would cost it a tenth of a
     * second. Declared as variadic, which suits those that are and harms no other.
     */
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));

    private static final MemorySegment OPEN = find("open");
    private static final MemorySegment CLOSE = find("close");
    private static final MemorySegment FCNTL = find("fcntl");
    private static final MemorySegment IOCTL = find("ioctl");
    private static final MemorySegment SETNS = find("setns");
    private static final MemorySegment SOCKET = find("socket");
    private static final MemorySegment BIND = find("bind");
    private static final MemorySegment CONNECT = find("connect");
    private static final MemorySegment LISTEN = find("listen");
    private static final MemorySegment ACCEPT4 = find("accept4");
    private static final MemorySegment SHUTDOWN = find("shutdown");
    private static final MemorySegment POLL = find("poll");
    private static final MemorySegment SENDMSG = find("sendmsg");
    private static final MemorySegment RECVMSG = find("recvmsg");
    private static final MemorySegment SETSOCKOPT = find("setsockopt");
    private static final MemorySegment GETSOCKOPT = find("getsockopt");
    private static final MemorySegment GETRLIMIT = find("getrlimit");
    private static final MemorySegment SETRLIMIT = find("setrlimit");
    private static final MemorySegment MADVISE = find("madvise");
    private static final MemorySegment SIGNAL = find("signal");
    private static final MemorySegment STRERROR = find("strerror");

    /** Where a call leaves its error number. */
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CALL_STATE));

    /** A value, for the options that every new connection sets. */
    private static final ThreadLocal<MemorySegment> SCRATCH =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(JAVA_INT));

    private Libc() {}

    static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return call(OPEN, arena.allocateFrom(path).address(), flags, 0, 0, 0);
        }
    }

    static int close(int fd) {
        return call(CLOSE, fd, 0, 0, 0, 0);
    }

    static int fcntl(int fd, int command, int argument) {
        return call(FCNTL, fd, command, argument, 0, 0);
    }

    static int ioctl(int fd, long request) {
        return call(IOCTL, fd, request, 0, 0, 0);
    }

    static int setns(int fd, int kind) {
        return call(SETNS, fd, kind, 0, 0, 0);
    }

    static int socket(int domain, int type, int protocol) {
        return call(SOCKET, domain, type, protocol, 0, 0);
    }

    static int bind(int fd, MemorySegment address) {
        return kept(call(BIND, fd, address.address(), address.byteSize(), 0, 0), address);
    }

    static int connect(int fd, MemorySegment address) {
        return kept(call(CONNECT, fd, address.address(), address.byteSize(), 0, 0), address);
    }

    static int listen(int fd, int backlog) {
        return call(LISTEN, fd, backlog, 0, 0, 0);
    }

    static int accept4(int fd, int flags) {
        return call(ACCEPT4, fd, 0, 0, flags, 0);
    }

    static int shutdown(int fd, int how) {
        return call(SHUTDOWN, fd, how, 0, 0, 0);
    }

    static int poll(MemorySegment entries, long count, int timeoutMillis) {
        return kept(call(POLL, entries.address(), count, timeoutMillis, 0, 0), entries);
    }

    static int sendmsg(int fd, MemorySegment header, int flags) {
        return kept(call(SENDMSG, fd, header.address(), flags, 0, 0), header);
    }

    static int recvmsg(int fd, MemorySegment header, int flags) {
        return kept(call(RECVMSG, fd, header.address(), flags, 0, 0), header);
    }

    static int setsockopt(int fd, int level, int option, MemorySegment value) {
        return kept(call(SETSOCKOPT, fd, level, option, value.address(), value.byteSize()), value);
    }

    static int setsockopt(int fd, int level, int option, int value) {
        MemorySegment scratch = SCRATCH.get();
        scratch.set(JAVA_INT, 0, value);
        return setsockopt(fd, level, option, scratch);
    }

    static int getsockopt(int fd, int level, int option, MemorySegment value, MemorySegment length) {
        return kept(kept(call(GETSOCKOPT, fd, level, option, value.address(), length.address()), value), length);
    }

    static int getrlimit(int resource, MemorySegment limit) {
        return kept(call(GETRLIMIT, resource, limit.address(), 0, 0, 0), limit);
    }

    static int setrlimit(int resource, MemorySegment limit) {
        return kept(call(SETRLIMIT, resource, limit.address(), 0, 0, 0), limit);
    }

    static int madvise(long address, long length, int advice) {
        return call(MADVISE, address, length, advice, 0, 0);
    }

    /** Sets what a signal does: 0 its default, 1 nothing. */
    static void signal(int number, long disposition) {
        word(STATE.get(), SIGNAL, number, disposition, 0, 0, 0);
    }

    /** Returns what the C library calls {@code errno}, for instance {@code No such file or directory}. */
    static String strerror(int errno) {
        long text = word(STATE.get(), STRERROR, errno, 0, 0, 0, 0);
        return MemorySegment.ofAddress(text).reinterpret(Long.MAX_VALUE).getString(0);
    }

    /** Keeps memory whose bare address a call got until the call is over. */
    @SuppressWarnings(
            "ReachabilityFenceUsage") // The call is an argument, and over: there is no block to put it behind.
    private static int kept(int result, MemorySegment memory) {
        Reference.reachabilityFence(memory);
        return result;
    }

    private static int call(MemorySegment function, long a, long b, long c, long d, long e) {
        MemorySegment state = STATE.get();
        // Of a result that is declared as int the upper half is whatever it was.
        int result = (int) word(state, function, a, b, c, d, e);
        return result >= 0 ? result : -state.get(JAVA_INT, ERRNO);
    }

    private static long word(MemorySegment state, MemorySegment function, long a, long b, long c, long d, long e) {
        try {
            return (long) CALL.invokeExact(function, state, a, b, c, d, e);
        } catch (RuntimeException | Error problem) {
            throw problem;
        } catch (Throwable problem) {
            throw new IllegalStateException("a native call threw", problem);
        }
    }

    private static MemorySegment find(String name) {
        return LINKER.defaultLookup().findOrThrow(name);
    }
}
