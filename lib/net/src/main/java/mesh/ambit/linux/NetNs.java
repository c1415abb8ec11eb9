package mesh.ambit.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A handle on a network namespace. The namespace lives at least as long as the handle.
 *
 * <h2>Threads</h2>
 *
 * A handle may be shared between threads, and closed by any of them. Entering concerns the calling thread alone, which
 * must be a platform thread: a virtual thread would leave its carrier in the foreign namespace.
 */
public final class NetNs implements AutoCloseable {
    /** The folder in which {@code ip netns} keeps the namespaces that have a name. */
    public static final Path NAMED = Path.of("/run/netns");

    private static final int CLONE_NEWNET = 0x40000000;
    private static final long NS_GET_NSTYPE = 0xb703;

    private static final Cleaner CLEANER = Cleaner.create();
    private static final ThreadLocal<Whereabouts> WHEREABOUTS = ThreadLocal.withInitial(Whereabouts::begin);

    private final Descriptor descriptor;
    private final Id id;

    private NetNs(Descriptor descriptor, Id id) {
        this.descriptor = descriptor;
        this.id = id;
    }

    /** What makes a namespace itself: two handles on one namespace have equal ids. */
    public record Id(long device, long inode) {
        @Override
        public String toString() {
            return "net:[" + inode + "]";
        }
    }

    /** Work to do inside a namespace. */
    @FunctionalInterface
    public interface Action<T extends @Nullable Object, E extends Exception> {
        T call() throws E;
    }

    /** Opens the namespace at {@code path}, such as {@code /run/netns/NAME} or {@code /proc/PID/ns/net}. */
    public static NetNs open(Path path) {
        int fd = LinuxException.check("open network namespace " + path, Libc.open(path.toString(), Libc.O_CLOEXEC));
        return adopt(fd);
    }

    /**
     * Takes ownership of {@code fd}, for instance one received over a Unix socket.
     *
     * @throws LinuxException if it is not a network namespace; the descriptor is closed then
     */
    public static NetNs adopt(int fd) {
        try {
            if (LinuxException.check("ask the kind of descriptor " + fd, Libc.ioctl(fd, NS_GET_NSTYPE))
                    != CLONE_NEWNET) {
                throw new LinuxException("descriptor " + fd + " is a namespace, but not one of the network", 0);
            }
            return new NetNs(new Descriptor(fd), identify(fd));
        } catch (RuntimeException e) {
            Libc.close(fd);
            throw e;
        }
    }

    /**
     * Takes ownership of {@code fd} unseen, for a sender who is answered on trying: if it is no network namespace, {@link
     * #call} fails.
     */
    public static NetNs adoptUnchecked(int fd) {
        try {
            return new NetNs(new Descriptor(fd), identify(fd));
        } catch (RuntimeException e) {
            Libc.close(fd);
            throw e;
        }
    }

    /** Opens the namespace that the calling thread is in. */
    public static NetNs current() {
        return open(Path.of("/proc/thread-self/ns/net"));
    }

    /** Returns another handle on the same namespace, closed on its own. */
    public NetNs duplicate() {
        int fd = borrow();
        try {
            return adopt(LinuxException.check("duplicate " + this, Libc.fcntl(fd, Libc.F_DUPFD_CLOEXEC, 0)));
        } finally {
            descriptor.giveBack();
        }
    }

    /** Returns the descriptor, close-on-exec, which stays ours. */
    public int fd() {
        if (descriptor.isClosed()) {
            throw new IllegalStateException(this + " is closed");
        }
        return descriptor.number();
    }

    /** Returns what tells this namespace from others, whatever they are called. */
    public Id id() {
        return id;
    }

    /**
     * Runs {@code action} with the calling thread inside this namespace, and returns its result.
     *
     * <p>Sockets that the action makes and processes that it starts belong to this namespace for good. The action must
     * not leave work to other threads that expects to be inside, and must be short on an event loop. If the way back
     * fails the process ends: a thread lost in a pod's namespace would open its next socket there.
     *
     * @throws IllegalStateException on a virtual thread, and on a handle that is closed
     * @throws LinuxException if this namespace cannot be entered, mostly for want of CAP_SYS_ADMIN
     */
    public <T extends @Nullable Object, E extends Exception> T call(Action<T, E> action) throws E {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("entering " + this + " needs a platform thread");
        }
        // Borrowed for as long as the thread is inside: the number of a descriptor that is closed meanwhile may be that
        // of another pod's namespace already.
        int fd = borrow();
        try {
            return inside(fd, action);
        } finally {
            descriptor.giveBack();
        }
    }

    private <T extends @Nullable Object, E extends Exception> T inside(int fd, Action<T, E> action) throws E {
        Whereabouts thread = WHEREABOUTS.get();
        int back = thread.inside;
        LinuxException.check("enter " + id, Libc.setns(fd, CLONE_NEWNET));
        thread.inside = fd;
        try {
            return action.call();
        } finally {
            thread.inside = back;
            int returned = Libc.setns(back, CLONE_NEWNET);
            if (returned < 0) {
                System.err.println("cannot leave " + this + " (" + Libc.strerror(-returned) + "): giving up");
                Runtime.getRuntime().halt(70);
            }
        }
    }

    /** As {@link #call}, for an action without result. */
    public void run(Runnable action) {
        call(() -> {
            action.run();
            return null;
        });
    }

    /** Ends this handle; who is inside through it gets out before it is closed. */
    @Override
    public void close() {
        descriptor.close(() -> {});
    }

    private int borrow() {
        int fd = descriptor.borrow();
        if (fd < 0) {
            throw new IllegalStateException(this + " is closed");
        }
        return fd;
    }

    @Override
    public String toString() {
        return id.toString();
    }

    /**
     * Where a thread is. It moves through {@link #call} alone, so the descriptor of where it began is opened once and goes
     * when the thread has gone: an open through {@code /proc} for every socket would be half its price.
     */
    private static final class Whereabouts {
        private int inside;

        static Whereabouts begin() {
            Whereabouts here = new Whereabouts();
            int fd = LinuxException.check(
                    "open the namespace of this thread", Libc.open("/proc/thread-self/ns/net", Libc.O_CLOEXEC));
            here.inside = fd;
            CLEANER.register(here, () -> Libc.close(fd));
            return here;
        }
    }

    private static Id identify(int fd) {
        try {
            Path file = Path.of("/proc/self/fd/" + fd);
            return new Id((long) Files.getAttribute(file, "unix:dev"), (long) Files.getAttribute(file, "unix:ino"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot identify descriptor " + fd, e);
        }
    }
}
