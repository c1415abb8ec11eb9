package mesh.ambit.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Socket options that the JDK does not offer, on raw descriptors such as those of Netty's native channels.
 *
 * <p>Every setter throws {@link LinuxException} if the kernel refuses. Thread-safe; nothing is owned.
 */
public final class SocketOptions {
    private static final int SOL_IP = 0;
    private static final int SOL_SOCKET = 1;
    private static final int IPPROTO_TCP = 6;
    private static final int SOL_IPV6 = 41;

    private static final int SO_KEEPALIVE = 9;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_MARK = 36;
    private static final int SO_DOMAIN = 39;
    private static final int IP_FREEBIND = 15;
    private static final int IP_TRANSPARENT = 19;
    private static final int IP_BIND_ADDRESS_NO_PORT = 24;
    private static final int IPV6_TRANSPARENT = 75;
    private static final int IPV6_FREEBIND = 78;
    private static final int TCP_KEEPIDLE = 4;
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;
    private static final int TCP_INFO = 11;
    private static final int TCP_CONGESTION = 13;
    private static final int TCP_USER_TIMEOUT = 18;
    private static final int TCP_NOTSENT_LOWAT = 25;

    /** Where struct tcp_info has tcpi_rtt, and what is read of it. */
    private static final int RTT_OFFSET = 68;

    private static final int RTT_END = RTT_OFFSET + Integer.BYTES;

    /** From linux/netfilter_ipv4.h and netfilter_ipv6/ip6_tables.h: the same number at both levels. */
    private static final int SO_ORIGINAL_DST = 80;

    private static final int AF_INET6 = 10;

    private SocketOptions() {}

    /** Marks every packet of the socket, and of sockets accepted from it. Needs CAP_NET_ADMIN. */
    public static void setMark(int fd, int mark) {
        set(fd, "SO_MARK", SOL_SOCKET, SO_MARK, mark);
    }

    /** Lets several listeners of one user share a port; to be set before bind. */
    public static void setReusePort(int fd) {
        set(fd, "SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, 1);
    }

    /** Lets a listener, IPv4 or IPv6, accept connections for addresses that are not local. Needs CAP_NET_ADMIN. */
    public static void setTransparent(int fd) {
        set(fd, "IP_TRANSPARENT", SOL_IP, IP_TRANSPARENT, 1);
    }

    /**
     * Lets a socket, IPv4 or IPv6, bind to a foreign source address before it connects. Needs CAP_NET_ADMIN.
     *
     * <p>Its port is chosen at connect, where it has to differ only from those of connections to the same destination.
     * A port chosen at bind must be free towards every destination, and closed connections hold theirs for a minute:
     * some 28,000 short connections of one client would take them all.
     */
    public static void setTransparentSource(int fd) {
        setTransparent(fd);
        set(fd, "IP_BIND_ADDRESS_NO_PORT", SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        set(fd, "IP_FREEBIND", SOL_IP, IP_FREEBIND, 1);
        if (option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET6) {
            set(fd, "IPV6_TRANSPARENT", SOL_IPV6, IPV6_TRANSPARENT, 1);
            set(fd, "IPV6_FREEBIND", SOL_IPV6, IPV6_FREEBIND, 1);
        }
    }

    /** Has the kernel ask an idle peer of the TCP socket, and of sockets accepted from it, whether it is still there. */
    public static void setKeepalive(int fd, int idleSeconds, int intervalSeconds, int probes) {
        set(fd, "SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 1);
        set(fd, "TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, idleSeconds);
        set(fd, "TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, intervalSeconds);
        set(fd, "TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, probes);
    }

    /** Ends the TCP socket, and those accepted from it, when what was sent is not acknowledged for so long. */
    public static void setUserTimeout(int fd, int millis) {
        set(fd, "TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, millis);
    }

    /** Reports a socket writable only while less than {@code bytes} wait unsent in the kernel. */
    public static void setNotsentLowat(int fd, int bytes) {
        set(fd, "TCP_NOTSENT_LOWAT", IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes);
    }

    /** Chooses how the socket, and those accepted from it, deal with congestion: the kernel's name, without a zero. */
    static void setCongestionControl(int fd, MemorySegment name) {
        int result = Libc.setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name);
        if (result < 0) {
            LinuxException.check("set TCP_CONGESTION", result);
        }
    }

    /** Returns the smoothed round trip time of a connected TCP socket, in microseconds. */
    static int roundTripMicros(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(RTT_END, Integer.BYTES);
            MemorySegment length = arena.allocateFrom(JAVA_INT, RTT_END);
            LinuxException.check("get TCP_INFO", Libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length));
            return info.get(JAVA_INT, RTT_OFFSET);
        }
    }

    /** Returns the mark of the socket's packets, 0 for none. */
    public static int mark(int fd) {
        return option(fd, SOL_SOCKET, SO_MARK);
    }

    /**
     * Returns where an accepted connection was going before it was redirected, or null if the kernel knows of no
     * translation. An IPv4 address is returned as such, also from a dual-stack socket.
     */
    public static @Nullable InetSocketAddress originalDestination(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(28, 4);
            MemorySegment length = arena.allocate(JAVA_INT);
            length.set(JAVA_INT, 0, 16);
            if (Libc.getsockopt(fd, SOL_IP, SO_ORIGINAL_DST, address, length) == 0) {
                return socketAddress(address, 4, 4, 0);
            }
            length.set(JAVA_INT, 0, 28);
            if (Libc.getsockopt(fd, SOL_IPV6, SO_ORIGINAL_DST, address, length) == 0) {
                return socketAddress(address, 8, 16, address.get(JAVA_INT, 24));
            }
            return null;
        }
    }

    private static InetSocketAddress socketAddress(MemorySegment address, int offset, int bytes, int scope) {
        byte[] raw = address.asSlice(offset, bytes).toArray(JAVA_BYTE);
        int port = (address.get(JAVA_BYTE, 2) & 0xff) << 8 | (address.get(JAVA_BYTE, 3) & 0xff);
        try {
            // A mapped IPv4 address comes back as Inet4Address, which is the canonical form we want.
            InetAddress ip = InetAddress.getByAddress(raw);
            if (scope != 0 && ip instanceof Inet6Address) {
                ip = Inet6Address.getByAddress(null, raw, scope);
            }
            return new InetSocketAddress(ip, port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static void set(int fd, String name, int level, int option, int value) {
        int result = Libc.setsockopt(fd, level, option, value);
        if (result < 0) {
            LinuxException.check("set " + name, result);
        }
    }

    private static int option(int fd, int level, int option) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
            LinuxException.check("get socket option", Libc.getsockopt(fd, level, option, value, length));
            return value.get(JAVA_INT, 0);
        }
    }
}
