package mesh.ambit.istiod.ambient;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.kube.IpText;
import org.jspecify.annotations.Nullable;

/** Addresses from texts. */
final class Addresses {
    private static final int NO_SCOPE = -1;

    private Addresses() {}

    /** Returns the address, or null when {@code text} is none. An IPv4-mapped IPv6 text stays an IPv6 address. */
    static @Nullable InetAddress parse(String text) {
        byte[] bytes = IpText.parse(text);
        if (bytes == null) {
            return null;
        }
        try {
            // InetAddress.getByAddress would make an IPv4 address of an IPv4-mapped one.
            return bytes.length == 4
                    ? InetAddress.getByAddress(bytes)
                    : Inet6Address.getByAddress(null, bytes, NO_SCOPE);
        } catch (UnknownHostException e) {
            throw new AssertionError("only thrown for other lengths than 4 and 16", e);
        }
    }

    /** Returns all addresses in order, or null when one of the texts is none. */
    static @Nullable List<InetAddress> parseAll(List<String> texts) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            InetAddress address = parse(text);
            if (address == null) {
                return null;
            }
            addresses.add(address);
        }
        return addresses;
    }
}
