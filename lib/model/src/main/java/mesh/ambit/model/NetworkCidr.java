package mesh.ambit.model;

import java.net.InetAddress;
import java.util.Objects;

/**
 * A range of addresses within a network.
 *
 * @param network network id, compared literally
 * @param base first address of the range
 * @param prefixLength bits of the prefix, 0 to 32 or 128
 */
public record NetworkCidr(String network, InetAddress base, int prefixLength) {
    public NetworkCidr {
        Objects.requireNonNull(network, "network");
        int bits = base.getAddress().length * 8;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException("prefix length: " + prefixLength + " (expected: 0 to " + bits + ")");
        }
    }

    /** Returns whether {@code address} of the same family lies in the range; host bits of the base do not matter. */
    public boolean contains(InetAddress address) {
        return Prefixes.matches(base.getAddress(), prefixLength, address.getAddress());
    }

    /** Returns {@code address/length} without the network. */
    public String cidr() {
        return Addresses.print(base) + "/" + prefixLength;
    }

    @Override
    public String toString() {
        return network + "/" + cidr();
    }
}
