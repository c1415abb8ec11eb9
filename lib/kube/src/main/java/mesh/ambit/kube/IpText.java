package mesh.ambit.kube;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * IP addresses as text, read strictly: four decimal numbers without leading zeros, or IPv6 without a zone. Never asks
 * DNS. An IPv4-mapped IPv6 text stays IPv6.
 */
public final class IpText {
    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;
    private static final int V6_GROUPS = 8;
    private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final Pattern GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");

    private IpText() {}

    /** Returns the 4 or 16 bytes of the address, or null when {@code text} is none. */
    public static byte @Nullable [] parse(String text) {
        return text.indexOf(':') >= 0 ? parseV6(text) : parseV4(text);
    }

    /** Returns whether {@code text} is an address and, if so, an IPv4 one. */
    public static boolean isV4(String text) {
        return text.indexOf(':') < 0 && parseV4(text) != null;
    }

    /** Returns whether {@code text} is an address and, if so, an IPv6 one. */
    public static boolean isV6(String text) {
        return text.indexOf(':') >= 0 && parseV6(text) != null;
    }

    /** Returns for which purpose an address is reserved that no endpoint can have, empty for none. */
    static String special(String text) {
        byte[] bytes = parse(text);
        if (bytes == null) {
            return "";
        }
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            if (address.isAnyLocalAddress()) {
                return "no address of one endpoint";
            }
            if (address.isLoopbackAddress()) {
                return "a loopback address";
            }
            boolean linkLocal = address.isLinkLocalAddress() || address.isMCLinkLocal();
            return linkLocal ? "a link-local address" : "";
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the same text for every spelling of one address; a text that is no address as it is. */
    static String id(String text) {
        byte[] bytes = parse(text);
        return bytes == null ? text : HexFormat.of().formatHex(bytes);
    }

    /** Returns the number of bits of a prefix length, or -1 when the text is none for an address of so many bytes. */
    static int prefixLength(String text, int bytes) {
        if (!OCTET.matcher(text).matches()) {
            return -1;
        }
        int bits = Integer.parseInt(text);
        return bits <= bytes * Byte.SIZE ? bits : -1;
    }

    private static byte @Nullable [] parseV4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != V4_BYTES) {
            return null;
        }
        byte[] address = new byte[V4_BYTES];
        for (int i = 0; i < V4_BYTES; i++) {
            if (!OCTET.matcher(parts[i]).matches()) {
                return null;
            }
            int octet = Integer.parseInt(parts[i]);
            if (octet > 255) {
                return null;
            }
            address[i] = (byte) octet;
        }
        return address;
    }

    private static byte @Nullable [] parseV6(String text) {
        String groups = text;
        int lastColon = text.lastIndexOf(':');
        if (text.indexOf('.') > lastColon) {
            // The last 32 bits may be written as IPv4; rewrite them as two groups.
            byte[] v4 = parseV4(text.substring(lastColon + 1));
            if (v4 == null) {
                return null;
            }
            groups = text.substring(0, lastColon + 1)
                    + Integer.toHexString((v4[0] & 0xff) << 8 | (v4[1] & 0xff))
                    + ":"
                    + Integer.toHexString((v4[2] & 0xff) << 8 | (v4[3] & 0xff));
        }
        int gap = groups.indexOf("::");
        if (gap < 0) {
            String[] all = groups.split(":", -1);
            return all.length == V6_GROUPS ? fill(all, new String[0]) : null;
        }
        if (groups.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        String[] head = gap == 0 ? new String[0] : groups.substring(0, gap).split(":", -1);
        String rest = groups.substring(gap + 2);
        String[] tail = rest.isEmpty() ? new String[0] : rest.split(":", -1);
        return head.length + tail.length < V6_GROUPS ? fill(head, tail) : null;
    }

    private static byte @Nullable [] fill(String[] head, String[] tail) {
        byte[] address = new byte[V6_BYTES];
        for (int i = 0; i < head.length; i++) {
            if (!put(address, i, head[i])) {
                return null;
            }
        }
        for (int i = 0; i < tail.length; i++) {
            if (!put(address, V6_GROUPS - tail.length + i, tail[i])) {
                return null;
            }
        }
        return address;
    }

    private static boolean put(byte[] address, int group, String text) {
        if (!GROUP.matcher(text).matches()) {
            return false;
        }
        int value = Integer.parseInt(text, 16);
        address[2 * group] = (byte) (value >> 8);
        address[2 * group + 1] = (byte) value;
        return true;
    }
}
