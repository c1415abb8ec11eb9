package mesh.ambit.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Something of the kernel, or a right on it, that a program may need; each can be asked for. */
public enum KernelFeature {
    /** Changing addresses, routes, rules and marks. */
    CAP_NET_ADMIN("capability CAP_NET_ADMIN", "run as root, or grant it") {
        @Override
        public boolean isPresent() {
            return hasCapability(12);
        }
    },
    /** Entering and making namespaces. */
    CAP_SYS_ADMIN("capability CAP_SYS_ADMIN", "run as root, or grant it") {
        @Override
        public boolean isPresent() {
            return hasCapability(21);
        }
    },
    /** The packet filter that redirection rules are written for. Asking needs {@link #CAP_NET_ADMIN}. */
    NF_TABLES("kernel feature nf_tables", "load the module nf_tables, or use a kernel with CONFIG_NF_TABLES") {
        @Override
        public boolean isPresent() {
            return nfTablesAnswers();
        }
    };

    private static final int NETLINK_NETFILTER = 12;
    /** NFNL_SUBSYS_NFTABLES in the high byte, NFT_MSG_GETGEN in the low one. */
    private static final short NFT_GETGEN = (10 << 8) | 16;

    private static final short NLM_F_REQUEST = 1;
    private static final short NLMSG_ERROR = 2;

    private final String title;
    private final String remedy;

    KernelFeature(String title, String remedy) {
        this.title = title;
        this.remedy = remedy;
    }

    /** Asks the kernel now; nothing is remembered. */
    public abstract boolean isPresent();

    /** Returns the name for people, with what can be done where it is missing. */
    public String explain() {
        return title + " is missing; " + remedy;
    }

    /** Returns those of {@code features} that are missing, in their order. */
    public static List<KernelFeature> missing(KernelFeature... features) {
        return Arrays.stream(features).filter(feature -> !feature.isPresent()).toList();
    }

    /**
     * Proves that this thread may switch namespaces and mark sockets, as a program that works inside pods must.
     *
     * @throws LinuxException naming the missing capability
     */
    public static void requireInPodRights() {
        try (NetNs here = NetNs.current()) {
            here.run(() -> {});
        } catch (LinuxException e) {
            throw new LinuxException(
                    "cannot switch network namespaces (" + e.getMessage() + "): " + CAP_SYS_ADMIN.explain(), e.errno());
        }
        int fd = UnixSockets.open(0);
        try {
            SocketOptions.setMark(fd, 1337);
        } catch (LinuxException e) {
            throw new LinuxException(
                    "cannot mark sockets (" + e.getMessage() + "): " + CAP_NET_ADMIN.explain(), e.errno());
        } finally {
            Libc.close(fd);
        }
    }

    /** Reads the effective set of the calling thread. */
    private static boolean hasCapability(int number) {
        try {
            String mask = Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .map(line -> line.substring("CapEff:".length()).strip())
                    .findFirst()
                    .orElse("0");
            return (Long.parseUnsignedLong(mask, 16) >>> number & 1) == 1;
        } catch (IOException e) {
            return false;
        }
    }

    /** Asks nf_tables for its generation: any answer but an error means that it is there. */
    private static boolean nfTablesAnswers() {
        int fd = Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, NETLINK_NETFILTER);
        if (fd < 0) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(20, 8);
            request.set(ValueLayout.JAVA_INT, 0, 20);
            request.set(ValueLayout.JAVA_SHORT, 4, NFT_GETGEN);
            request.set(ValueLayout.JAVA_SHORT, 6, NLM_F_REQUEST);
            if (Libc.sendmsg(fd, SeqPacketConnection.header(arena, request, 20, MemorySegment.NULL, 0), 0) < 0) {
                return false;
            }
            MemorySegment answer = arena.allocate(4096, 8);
            MemorySegment header = SeqPacketConnection.header(arena, answer, 4096, MemorySegment.NULL, 0);
            int read = Libc.recvmsg(fd, header, Libc.MSG_DONTWAIT);
            return read >= 16 && answer.get(ValueLayout.JAVA_SHORT, 4) != NLMSG_ERROR;
        } finally {
            Libc.close(fd);
        }
    }
}
