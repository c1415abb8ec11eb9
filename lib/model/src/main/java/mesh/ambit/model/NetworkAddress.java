package mesh.ambit.model;

import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An address within a network: the key by which clients find workloads and services.
 *
 * @param network network id, compared literally; empty for the only network of a simple mesh
 * @param address the address; IPv4-mapped IPv6 is made plain IPv4 by whoever reads it from the wire
 */
public record NetworkAddress(String network, InetAddress address) implements GatewayAddress.Destination {
    public NetworkAddress {
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(address, "address");
    }

    /** Returns {@code network/address}, the form of upstream's configuration dump and of on-demand names. */
    @Override
    public String toString() {
        return network + "/" + Addresses.print(address);
    }

    /** Written out: a record's own goes through method handles, slow until they are compiled, and this is a key of the data path. */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof NetworkAddress other && address.equals(other.address) && network.equals(other.network);
    }

    @Override
    public int hashCode() {
        int result = network.hashCode();
        result = 31 * result + address.hashCode();
        return result;
    }
}
