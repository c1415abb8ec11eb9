package mesh.ambit.ztunnel.inbound;

import java.net.InetAddress;
import java.net.InetSocketAddress;
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
     * Returns what {@code text} names: {@code ip:port}, {@code [ipv6]:port} or {@code host:port}; null for anything
     * else. Never throws on hostile text, never resolves a name.
     */
    static @Nullable Authority parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            return null;
        }
        int port = port(text, colon + 1);
        String host = text.substring(0, colon);
        if (port < 0 || !isPlain(host)) {
            return null;
        }
        boolean bracketed = host.startsWith("[");
        if (bracketed != host.endsWith("]")) {
            return null;
        }
        InetAddress address = bracketed ? ipv6(host.substring(1, host.length() - 1)) : ipv4(host);
        if (address != null) {
            return new Ip(new InetSocketAddress(Addresses.canonical(address), port));
        }
        return bracketed || host.indexOf(':') >= 0 ? null : new Host(host, port);
    }

    private static int port(String text, int from) {
        int digits = text.length() - from;
        if (digits < 1 || digits > 5) {
            return -1;
        }
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            port = port * 10 + (c - '0');
        }
        return port <= MAX_PORT ? port : -1;
    }

    /** Visible ASCII without what divides an authority from its surroundings. */
    private static boolean isPlain(String host) {
        return !host.isEmpty() && host.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/' && c != '@' && c != '?');
    }

    private static @Nullable InetAddress ipv6(String text) {
        return text.indexOf(':') >= 0 && text.indexOf('%') < 0 ? literal(text) : null;
    }

    /**
     * Only the dotted form of four is an address; the JDK takes {@code 1.2} and {@code 127} for one too. An octet with a
     * leading zero, which some read as octal, is none either.
     */
    private static @Nullable InetAddress ipv4(String text) {
        int dots = 0;
        char before = '.';
        boolean zero = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                dots++;
            } else if (c < '0' || c > '9' || zero) {
                return null;
            }
            zero = c == '0' && before == '.';
            before = c;
        }
        return dots == 3 ? literal(text) : null;
    }

    private static @Nullable InetAddress literal(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
