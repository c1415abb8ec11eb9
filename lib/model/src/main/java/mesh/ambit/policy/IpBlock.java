package mesh.ambit.policy;

import java.net.InetAddress;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.Prefixes;

/**
 * A range of addresses in a policy, as written: host bits may be set and are ignored.
 *
 * @param address any address of the range
 * @param prefixLength bits of the prefix, 0 to 32 or 128
 */
public record IpBlock(InetAddress address, int prefixLength) {
    public IpBlock {
        int bits = address.getAddress().length * 8;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException("prefix length: " + prefixLength + " (expected: 0 to " + bits + ")");
        }
    }

    /** Returns whether {@code candidate} lies in the range; another family never does. */
    public boolean contains(InetAddress candidate) {
        return Prefixes.matches(address.getAddress(), prefixLength, candidate.getAddress());
    }

    @Override
    public String toString() {
        return Addresses.print(address) + "/" + prefixLength;
    }
}
