package mesh.ambit.istiod.push;

import java.net.Inet4Address;
import java.net.InetAddress;

/** Addresses as text in the one canonical form (RFC 5952), which on-demand lookups are compared with. */
final class CanonicalIp {
    private static final int GROUPS = 8;

    /** The first group that is not zero in an IPv4-mapped address (RFC 4291, 2.5.5.2). */
    private static final int MAPPED_GROUP = 5;

    private CanonicalIp() {}

    /**
     * Returns {@code 10.0.0.1} or {@code fd00::1}: lower case, the longest run of two or more zero groups shortened; an
     * IPv4-mapped address ends as an IPv4 address is written, {@code ::ffff:10.0.0.1}.
     */
    static String of(InetAddress address) {
        if (address instanceof Inet4Address) {
            return address.getHostAddress();
        }
        byte[] bytes = address.getAddress();
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = ((bytes[2 * i] & 0xFF) << 8) | (bytes[2 * i + 1] & 0xFF);
        }
        if (zerosFrom(groups, 0) == MAPPED_GROUP && groups[MAPPED_GROUP] == 0xFFFF) {
            return "::ffff:" + (bytes[12] & 0xFF) + "." + (bytes[13] & 0xFF) + "." + (bytes[14] & 0xFF) + "."
                    + (bytes[15] & 0xFF);
        }
        int start = -1;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int run = zerosFrom(groups, i);
            if (run > length) {
                start = i;
                length = run;
            }
        }
        return start < 0
                ? join(groups, 0, GROUPS)
                : join(groups, 0, start) + "::" + join(groups, start + length, GROUPS);
    }

    private static int zerosFrom(int[] groups, int from) {
        int at = from;
        while (at < groups.length && groups[at] == 0) {
            at++;
        }
        return at - from;
    }

    private static String join(int[] groups, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            if (i > from) {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
