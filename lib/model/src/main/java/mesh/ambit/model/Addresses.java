package mesh.ambit.model;

import static java.util.Objects.requireNonNull;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** How addresses are written in headers, logs and dumps: as RFC 5952 wants IPv6, which the JDK does not do. */
public final class Addresses {
    private static final int GROUPS = 8;

    private static final RecentValues<InetSocketAddress> RECENT = new RecentValues<>();

    private Addresses() {}

    /** Returns the text of an address: dotted, or in the shortest lower-case form of IPv6; without a zone. */
    public static String print(InetAddress address) {
        return address instanceof Inet6Address ? printIpv6(address.getAddress()) : address.getHostAddress();
    }

    /** Returns {@code ip:port}, with brackets around IPv6. */
    public static String print(InetSocketAddress address) {
        InetAddress ip = requireNonNull(address.getAddress(), "address is unresolved");
        return ip instanceof Inet6Address
                ? "[" + printIpv6(ip.getAddress()) + "]:" + address.getPort()
                : ip.getHostAddress() + ":" + address.getPort();
    }

    /** Returns the plain IPv4 address for an IPv4-mapped IPv6 one, and an IPv6 address without its zone. */
    public static InetAddress canonical(InetAddress address) {
        if (!(address instanceof Inet6Address v6)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        if (!isIpv4Mapped(bytes)) {
            return v6.getScopeId() == 0 && v6.getScopedInterface() == null ? address : of(bytes);
        }
        return of(new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]});
    }

    /** Returns {@link #canonical(InetAddress)} of a socket's address, with its port. */
    public static InetSocketAddress canonical(InetSocketAddress address) {
        InetAddress ip = requireNonNull(address.getAddress(), "address is unresolved");
        InetAddress plain = canonical(ip);
        return plain.equals(ip) && !(ip instanceof Inet6Address)
                ? address
                : new InetSocketAddress(plain, address.getPort());
    }

    /**
     * Returns an address that equals {@code address}, the same as before where it has been seen lately: for what is kept with
     * every connection. Not for addresses with a zone, which count as equal to others.
     */
    public static InetSocketAddress recent(InetSocketAddress address) {
        return address.isUnresolved() ? address : RECENT.of(address);
    }

    /**
     * Returns the address that {@code text} is: four decimal numbers, or IPv6 without brackets and zone; null if it is
     * none. The JDK takes {@code 1.2} and {@code 127} for addresses too, and some read an octet with a leading zero as
     * octal: none of these is one here.
     */
    public static @Nullable InetAddress parse(String text) {
        boolean known = text.indexOf(':') >= 0 ? text.indexOf('%') < 0 && text.indexOf('[') < 0 : isFourNumbers(text);
        try {
            return known ? InetAddress.ofLiteral(text) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean isFourNumbers(String text) {
        int dots = 0;
        char before = '.';
        boolean zero = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                dots++;
            } else if (c < '0' || c > '9' || zero) {
                return false;
            }
            zero = c == '0' && before == '.';
            before = c;
        }
        return dots == 3;
    }

    /** Returns the address of 4 or 16 bytes. */
    public static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address of " + bytes.length + " bytes (expected: 4 or 16)", e);
        }
    }

    /** Returns {@code address} with everything after its first {@code prefixLength} bits set to zero. */
    static InetAddress masked(InetAddress address, int prefixLength) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.clamp(prefixLength - 8L * i, 0, 8);
            bytes[i] &= (byte) (0xff << (8 - kept));
        }
        return of(bytes);
    }

    private static boolean isIpv4Mapped(byte[] bytes) {
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == (byte) 0xff && bytes[11] == (byte) 0xff;
    }

    private static String printIpv6(byte[] bytes) {
        int longestAt = -1;
        int longest = 1; // RFC 5952 4.2.2: a single group of zeros is not shortened.
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && group(bytes, end) == 0) {
                end++;
            }
            if (end - i > longest) {
                longestAt = i;
                longest = end - i;
            }
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (i == longestAt) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(group(bytes, i)));
        }
        return text.toString();
    }

    private static int group(byte[] bytes, int index) {
        return (bytes[2 * index] & 0xff) << 8 | (bytes[2 * index + 1] & 0xff);
    }
}
