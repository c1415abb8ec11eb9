package mesh.ambit.node.pods;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;

/**
 * Addresses that pods of a node are given, one after the other.
 *
 * @param network lowest address
 * @param prefixLength number of fixed bits
 */
public record AddressRange(InetAddress network, int prefixLength) {
    /** The network itself and an address that people tend to give a gateway are left out. */
    private static final int FIRST = 2;
    /** Enough for every pod of a machine; keeps offsets in an int. */
    private static final int MAX_BITS = 20;

    /**
     * Returns the range written as {@code 10.77.1.0/24}.
     *
     * @throws IllegalArgumentException with the reason
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("prefix length is missing (expected: for example 10.77.1.0/24)");
        }
        InetAddress network = InetAddress.ofLiteral(text.substring(0, slash));
        int bits = network.getAddress().length * Byte.SIZE;
        int prefixLength;
        try {
            prefixLength = Integer.parseInt(text.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("prefix length is not a number", e);
        }
        if (prefixLength < 8 || prefixLength > bits - 2) {
            throw new IllegalArgumentException("prefix length is out of range (expected: 8 to " + (bits - 2) + ")");
        }
        BigInteger value = new BigInteger(1, network.getAddress());
        if (value.getLowestSetBit() >= 0 && value.getLowestSetBit() < bits - prefixLength) {
            throw new IllegalArgumentException("bits behind the prefix are not zero");
        }
        return new AddressRange(network, prefixLength);
    }

    /**
     * Returns the first free address after {@code last} places, round and round, so that the address of a pod that has
     * just gone is not given to the next.
     *
     * @param cursor how many addresses have been given out so far
     * @throws IllegalStateException if all are taken
     */
    InetAddress next(int cursor, Set<InetAddress> taken) {
        int size = size();
        for (int i = 0; i < size; i++) {
            InetAddress candidate = at(FIRST + (int) ((cursor + (long) i) % size));
            if (!taken.contains(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException("all " + size + " addresses of " + this + " are taken");
    }

    /** Returns whether {@code address} is one of these. */
    boolean contains(InetAddress address) {
        int bits = network.getAddress().length * Byte.SIZE;
        return address.getAddress().length == network.getAddress().length
                && new BigInteger(1, address.getAddress())
                        .shiftRight(bits - prefixLength)
                        .equals(new BigInteger(1, network.getAddress()).shiftRight(bits - prefixLength));
    }

    private int size() {
        int free = Math.min(MAX_BITS, network.getAddress().length * Byte.SIZE - prefixLength);
        // All but the network, the gateway and the broadcast address.
        return (1 << free) - FIRST - 1;
    }

    private InetAddress at(int offset) {
        byte[] bytes = network.getAddress();
        for (int i = bytes.length - 1, rest = offset; rest != 0; i--, rest >>>= Byte.SIZE) {
            bytes[i] |= (byte) rest;
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixLength;
    }
}
