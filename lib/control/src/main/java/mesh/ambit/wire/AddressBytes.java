package mesh.ambit.wire;

import com.google.protobuf.ByteString;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import mesh.ambit.model.NetworkCidr;
import mesh.ambit.policy.IpBlock;
import org.jspecify.annotations.Nullable;

/** Raw addresses. An IPv4-mapped address of a workload or service is the IPv4 address it stands for. */
final class AddressBytes {
    private static final int MAPPED_PREFIX_BITS = 96;
    private static final int NO_SCOPE = -1;

    private AddressBytes() {}

    /** Returns the address; anything but 4 or 16 bytes rejects the resource. */
    static InetAddress require(ByteString bytes) {
        try {
            return InetAddress.getByAddress(bytes.toByteArray());
        } catch (UnknownHostException e) {
            throw new RejectedResource("failed to parse address, had " + bytes.size() + " bytes");
        }
    }

    /**
     * Returns the block of a policy, or null when there are not 4 or 16 bytes, or more bits than they have.
     *
     * <p>Here an IPv4-mapped address stays IPv6: a block of that form matches no IPv4 peer, as upstream has it.
     */
    static @Nullable IpBlock findBlock(ByteString bytes, int length) {
        if (length < 0 || length > bytes.size() * Byte.SIZE) {
            return null;
        }
        try {
            byte[] raw = bytes.toByteArray();
            return switch (raw.length) {
                case Integer.BYTES -> new IpBlock(InetAddress.getByAddress(raw), length);
                case 2 * Long.BYTES -> new IpBlock(Inet6Address.getByAddress(null, raw, NO_SCOPE), length);
                default -> null;
            };
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are an address", e);
        }
    }

    /** Returns a range without host bits; anything else rejects the resource. */
    static NetworkCidr requireCidr(String network, ByteString bytes, int length) {
        InetAddress address = require(bytes);
        boolean mapped = address.getAddress().length < bytes.size();
        int prefixLength = mapped ? length - MAPPED_PREFIX_BITS : length;
        if (length < 0 || length > bytes.size() * Byte.SIZE || prefixLength < 0) {
            throw new RejectedResource("invalid cidr: invalid IP prefix length");
        }
        byte[] raw = address.getAddress();
        for (int bit = prefixLength; bit < raw.length * Byte.SIZE; bit++) {
            if ((raw[bit / Byte.SIZE] & 0x80 >> bit % Byte.SIZE) != 0) {
                throw new RejectedResource(
                        "invalid cidr: " + address.getHostAddress() + "/" + prefixLength + " has host bits set");
            }
        }
        return new NetworkCidr(network, address, prefixLength);
    }

    static ByteString bytes(InetAddress address) {
        return ByteString.copyFrom(address.getAddress());
    }
}
