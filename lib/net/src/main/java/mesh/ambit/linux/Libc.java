package mesh.ambit.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

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
    private static final VarHandle ERRNO = CALL_STATE.varHandle(PathElement.groupElement("errno"));

    private static final MethodHandle OPEN = variadic("open", 2, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT);
    private static final MethodHandle FCNTL = variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle IOCTL = variadic("ioctl", 2, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SETNS = function("setns", JAVA_INT, JAVA_INT);
    private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = function("bind", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CONNECT = function("connect", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle LISTEN = function("listen", JAVA_INT, JAVA_INT);
    private static final MethodHandle ACCEPT4 = function("accept4", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle SHUTDOWN = function("shutdown", JAVA_INT, JAVA_INT);
    private static final MethodHandle POLL = function("poll", ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SENDMSG = sized("sendmsg", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle RECVMSG = sized("recvmsg", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GETRLIMIT = function("getrlimit", JAVA_INT, ADDRESS);
    private static final MethodHandle SETRLIMIT = function("setrlimit", JAVA_INT, ADDRESS);
    private static final MethodHandle PRCTL =
            variadic("prctl", 1, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle STRERROR =
            LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("strerror"), descriptor(ADDRESS, JAVA_INT));

    private Libc() {}

    static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return invoke(state -> (int) OPEN.invokeExact(state, name, flags, 0));
        }
    }

    static int close(int fd) {
        return invoke(state -> (int) CLOSE.invokeExact(state, fd));
    }

    static int fcntl(int fd, int command, int argument) {
        return invoke(state -> (int) FCNTL.invokeExact(state, fd, command, argument));
    }

    static int ioctl(int fd, long request) {
        return invoke(state -> (int) IOCTL.invokeExact(state, fd, request, 0L));
    }

    static int setns(int fd, int kind) {
        return invoke(state -> (int) SETNS.invokeExact(state, fd, kind));
    }

    static int socket(int domain, int type, int protocol) {
        return invoke(state -> (int) SOCKET.invokeExact(state, domain, type, protocol));
    }

    static int bind(int fd, MemorySegment address) {
        return invoke(state -> (int) BIND.invokeExact(state, fd, address, (int) address.byteSize()));
    }

    static int connect(int fd, MemorySegment address) {
        return invoke(state -> (int) CONNECT.invokeExact(state, fd, address, (int) address.byteSize()));
    }

    static int listen(int fd, int backlog) {
        return invoke(state -> (int) LISTEN.invokeExact(state, fd, backlog));
    }

    static int accept4(int fd, int flags) {
        return invoke(state -> (int) ACCEPT4.invokeExact(state, fd, MemorySegment.NULL, MemorySegment.NULL, flags));
    }

    static int shutdown(int fd, int how) {
        return invoke(state -> (int) SHUTDOWN.invokeExact(state, fd, how));
    }

    static int poll(MemorySegment entries, long count, int timeoutMillis) {
        return invoke(state -> (int) POLL.invokeExact(state, entries, count, timeoutMillis));
    }

    static int sendmsg(int fd, MemorySegment header, int flags) {
        return invoke(state -> (int) (long) SENDMSG.invokeExact(state, fd, header, flags));
    }

    static int recvmsg(int fd, MemorySegment header, int flags) {
        return invoke(state -> (int) (long) RECVMSG.invokeExact(state, fd, header, flags));
    }

    static int setsockopt(int fd, int level, int option, MemorySegment value) {
        return invoke(state -> (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, (int) value.byteSize()));
    }

    static int getsockopt(int fd, int level, int option, MemorySegment value, MemorySegment length) {
        return invoke(state -> (int) GETSOCKOPT.invokeExact(state, fd, level, option, value, length));
    }

    static int getrlimit(int resource, MemorySegment limit) {
        return invoke(state -> (int) GETRLIMIT.invokeExact(state, resource, limit));
    }

    static int setrlimit(int resource, MemorySegment limit) {
        return invoke(state -> (int) SETRLIMIT.invokeExact(state, resource, limit));
    }

    static int prctl(int option, long argument) {
        return invoke(state -> (int) PRCTL.invokeExact(state, option, argument, 0L, 0L, 0L));
    }

    /** Returns what the C library calls {@code errno}, for instance {@code No such file or directory}. */
    static String strerror(int errno) {
        try {
            MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
            return text.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    private static int invoke(NativeCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            int result = call.invoke(state);
            return result >= 0 ? result : -(int) ERRNO.get(state, 0L);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    private static RuntimeException rethrow(Throwable e) {
        return switch (e) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new IllegalStateException("a native call threw", e);
        };
    }

    private static MethodHandle function(String name, MemoryLayout... arguments) {
        return link(name, JAVA_INT, arguments, Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle sized(String name, MemoryLayout... arguments) {
        return link(name, JAVA_LONG, arguments, Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadic(String name, int firstVariadic, MemoryLayout... arguments) {
        return link(
                name,
                JAVA_INT,
                arguments,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    private static MethodHandle link(
            String name, MemoryLayout result, MemoryLayout[] arguments, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor(result, arguments), options);
    }

    private static FunctionDescriptor descriptor(MemoryLayout result, MemoryLayout... arguments) {
        return FunctionDescriptor.of(result, arguments);
    }

    private interface NativeCall {
        int invoke(MemorySegment callState) throws Throwable;
    }
}
