package mesh.ambit.ztunnel.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A record of a message.
 *
 * @param owner whose record it is
 * @param type what it says, see {@link RecordType}
 * @param dnsClass of what; {@link #IN} nearly always
 * @param ttl seconds, unsigned
 * @param data what it says, names in it uncompressed; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Of bytes that nobody changes.
record DnsRecord(DnsName owner, int type, int dnsClass, int ttl, byte[] data) {
    /** The Internet. */
    static final int IN = 1;

    static DnsRecord of(DnsName owner, int ttl, InetAddress address) {
        return new DnsRecord(
                owner, address instanceof Inet4Address ? RecordType.A : RecordType.AAAA, IN, ttl, address.getAddress());
    }

    static DnsRecord ofName(DnsName owner, int type, int ttl, DnsName target) {
        return new DnsRecord(owner, type, IN, ttl, target.wire());
    }

    DnsRecord withTtl(int next) {
        return next == ttl ? this : new DnsRecord(owner, type, dnsClass, next, data);
    }

    /** Returns the name that the data of a CNAME, PTR, NS or SRV ends with. */
    DnsName target() {
        int prefix = RecordType.Layout.of(type).prefix();
        return new DnsName(Arrays.copyOfRange(data, prefix, data.length));
    }

    /** Returns the address of an A or AAAA record; null for any other. */
    @Nullable
    InetAddress address() {
        boolean address = (type == RecordType.A && data.length == 4) || (type == RecordType.AAAA && data.length == 16);
        try {
            return address && dnsClass == IN ? InetAddress.getByAddress(data) : null;
        } catch (UnknownHostException e) {
            throw new AssertionError("of the right length", e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DnsRecord(DnsName o, int t, int c, int l, byte[] d)
                && owner.equals(o)
                && type == t
                && dnsClass == c
                && ttl == l
                && Arrays.equals(data, d);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(data) * 31 + owner.hashCode();
    }

    @Override
    public String toString() {
        InetAddress address = address();
        return owner + " " + ttl + " " + RecordType.name(type) + " "
                + (address != null ? address.getHostAddress() : Arrays.toString(data));
    }
}
