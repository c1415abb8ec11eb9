package mesh.ambit.model;

/** Prefix comparison of raw addresses. */
public final class Prefixes {
    private Prefixes() {}

    /**
     * Returns whether the first {@code prefixLength} bits of both addresses agree. Addresses of different families never
     * match, {@code ::/0} and an IPv4 address included, as upstream's policy engine has it.
     */
    public static boolean matches(byte[] base, int prefixLength, byte[] address) {
        if (base.length != address.length) {
            return false;
        }
        int whole = prefixLength / 8;
        for (int i = 0; i < whole; i++) {
            if (base[i] != address[i]) {
                return false;
            }
        }
        int rest = prefixLength % 8;
        if (rest == 0) {
            return true;
        }
        int mask = 0xff << (8 - rest) & 0xff;
        return (base[whole] & mask) == (address[whole] & mask);
    }
}
