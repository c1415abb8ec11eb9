package mesh.ambit.istiod.ambient;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.kube.IpText;
import mesh.ambit.policy.IpBlock;
import org.jspecify.annotations.Nullable;

/** Addresses from texts. */
final class Addresses {
    private static final int NO_SCOPE = -1;

    private Addresses() {}

    /** Returns the address, or null when {@code text} is none. An IPv4-mapped IPv6 text stays an IPv6 address. */
    static @Nullable InetAddress parse(String text) {
        byte[] bytes = IpText.parse(text);
        return bytes == null ? null : of(bytes);
    }

    private static InetAddress of(byte[] bytes) {
        try {
            // InetAddress.getByAddress would make an IPv4 address of an IPv4-mapped one.
            return bytes.length == 4
                    ? InetAddress.getByAddress(bytes)
                    : Inet6Address.getByAddress(null, bytes, NO_SCOPE);
        } catch (UnknownHostException e) {
            throw new AssertionError("only thrown for other lengths than 4 and 16", e);
        }
    }

    /** Returns the address as {@link #parse} does; the zone that an IPv6 address may end with is dropped. */
    static @Nullable InetAddress parseZoned(String text) {
        int zone = text.indexOf('%');
        boolean hasZone = zone > text.indexOf(':') && text.indexOf(':') >= 0 && zone < text.length() - 1;
        return parse(hasZone ? text.substring(0, zone) : text);
    }

    /** Returns the range in {@code address} or {@code address/length} as it is written; null for no range. */
    static @Nullable IpBlock parseBlock(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            InetAddress address = parseZoned(text);
            return address == null ? null : new IpBlock(address, bits(address));
        }
        InetAddress address = parse(text.substring(0, slash));
        String length = text.substring(slash + 1);
        if (address == null || !length.matches("0|[1-9][0-9]{0,2}")) {
            return null;
        }
        int prefix = Integer.parseInt(length);
        return prefix > bits(address) ? null : new IpBlock(address, prefix);
    }

    /** Returns the range as {@link #parseBlock} does, its base without host bits. */
    static @Nullable IpBlock parseRange(String text) {
        IpBlock block = parseBlock(text);
        if (block == null) {
            return null;
        }
        byte[] bytes = block.address().getAddress();
        for (int bit = block.prefixLength(); bit < bytes.length * Byte.SIZE; bit++) {
            bytes[bit / Byte.SIZE] &= (byte) ~(0x80 >>> bit % Byte.SIZE);
        }
        return new IpBlock(of(bytes), block.prefixLength());
    }

    /** Returns how many bits the address has. */
    static int bits(InetAddress address) {
        return address.getAddress().length * Byte.SIZE;
    }

    /** Returns all addresses in order, or null when one of the texts is none. */
    static @Nullable List<InetAddress> parseAll(List<String> texts) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            InetAddress address = parseZoned(text);
            if (address == null) {
                return null;
            }
            addresses.add(address);
        }
        return addresses;
    }
}
