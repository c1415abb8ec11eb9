package mesh.ambit.ztunnel.inbound;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import mesh.ambit.model.Addresses;
import org.jspecify.annotations.Nullable;

/** What a tunnel asks for. */
sealed interface Authority {
    int MAX_PORT = 65535;

    /** An address and a port. */
    record Ip(InetSocketAddress address) implements Authority {
        @Override
        public String toString() {
            return Addresses.print(address);
        }
    }

    /** A host name, as written, and a port. */
    record Host(String name, int port) implements Authority {
        @Override
        public String toString() {
            return name + ":" + port;
        }
    }

    /**
     * Returns what {@code text} names: {@code ip:port}, {@code [ipv6]:port} or {@code host:port}; null if it has no
     * port or is no authority. What has a port and is no address is a host name, be it ever so odd. Never throws on hostile
     * text, never resolves a name.
     */
    static @Nullable Authority parse(String text) {
        int colon = text.lastIndexOf(':');
        int port = colon < 0 ? -1 : port(text, colon + 1);
        if (port < 0) {
            return null;
        }
        String host = text.substring(text.lastIndexOf('@', colon) + 1, colon);
        boolean bracketed = host.startsWith("[");
        if (!isPlain(host) || bracketed != host.endsWith("]") || (!bracketed && host.indexOf(':') >= 0)) {
            return null;
        }
        boolean bare = text.indexOf('@') < 0 && text.charAt(colon + 1) != '+';
        InetAddress address =
                !bare ? null : bracketed ? ipv6(host.substring(1, host.length() - 1)) : Addresses.parse(host);
        return address == null ? new Host(host, port) : new Ip(new InetSocketAddress(address, port));
    }

    /** Returns the number from {@code from} to the end, which may have a plus before it; -1 if it is no port. */
    private static int port(String text, int from) {
        int first = text.startsWith("+", from) ? from + 1 : from;
        int port = first < text.length() ? 0 : -1;
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            port = port * 10 + (c - '0');
            if (port > MAX_PORT) {
                return -1;
            }
        }
        return port;
    }

    /** Visible ASCII without what divides an authority from its surroundings. */
    private static boolean isPlain(String host) {
        return host.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/' && c != '?');
    }

    /** An IPv4 address in the clothes of an IPv6 one stays what it says it is: no address of ours. */
    private static @Nullable InetAddress ipv6(String text) {
        InetAddress address = text.indexOf(':') >= 0 ? Addresses.parse(text) : null;
        return address instanceof Inet4Address ? mapped(address) : address;
    }

    private static InetAddress mapped(InetAddress ipv4) {
        byte[] bytes = new byte[16];
        bytes[10] = bytes[11] = (byte) 0xff;
        System.arraycopy(ipv4.getAddress(), 0, bytes, 12, 4);
        try {
            return Inet6Address.getByAddress(null, bytes, -1);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
