package mesh.ambit.ztunnel.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the parts of one message (RFC 1035, section 4). Whatever the bytes are, it ends, reads nothing outside of them,
 * and either returns a value or fails with a {@link DnsFormatException}; work and memory are in proportion to the message.
 */
final class DnsReader {
    private static final int POINTER = 0xc0;
    private static final int OFFSET = 0x3fff;

    private final ByteBuf message;
    /** A name may stand in a message once and be pointed to from everywhere; what is unfolded has a limit of its own. */
    private int budget;

    /** Reads {@code message} from its reader index on; does not take it over. */
    DnsReader(ByteBuf message) {
        this.message = message.slice();
        this.budget = 16 * Messages.MAX_BYTES;
    }

    int offset() {
        return message.readerIndex();
    }

    byte[] bytes(int from, int to) {
        return ByteBufUtil.getBytes(message, from, to - from, true);
    }

    int u8() throws DnsFormatException {
        need(1);
        return message.readUnsignedByte();
    }

    int u16() throws DnsFormatException {
        need(2);
        return message.readUnsignedShort();
    }

    int i32() throws DnsFormatException {
        need(4);
        return message.readInt();
    }

    private void need(int bytes) throws DnsFormatException {
        if (message.readableBytes() < bytes) {
            throw new DnsFormatException("ends too early");
        }
    }

    DnsName name() throws DnsFormatException {
        byte[] wire = new byte[DnsName.MAX_BYTES];
        int length = 0;
        int end = -1;
        // Pointers only lead backwards, so there is an end.
        int limit = message.readerIndex();
        while (true) {
            int head = u8();
            if (head >= POINTER) {
                int target = (head << 8 | u8()) & OFFSET;
                if (target >= limit) {
                    throw new DnsFormatException("a name points forwards");
                }
                end = end < 0 ? message.readerIndex() : end;
                limit = target;
                message.readerIndex(target);
                continue;
            }
            if (head > DnsName.MAX_LABEL_BYTES) {
                throw new DnsFormatException("a label of unknown kind");
            }
            // After any label but the root's there is one more octet at least.
            if (length + head + (head > 0 ? 2 : 1) > wire.length) {
                throw new DnsFormatException("a name of more than " + DnsName.MAX_BYTES + " octets");
            }
            need(head);
            wire[length] = (byte) head;
            message.readBytes(wire, length + 1, head);
            length += head + 1;
            if (head == 0) {
                break;
            }
        }
        if (end >= 0) {
            message.readerIndex(end);
        }
        spend(length);
        return new DnsName(Arrays.copyOf(wire, length));
    }

    private void spend(int bytes) throws DnsFormatException {
        budget -= bytes;
        if (budget < 0) {
            throw new DnsFormatException("names add up to too much");
        }
    }

    List<DnsRecord> records(int count) throws DnsFormatException {
        List<DnsRecord> records = new ArrayList<>(Math.min(count, 64));
        for (int i = 0; i < count; i++) {
            records.add(record());
        }
        return records;
    }

    private DnsRecord record() throws DnsFormatException {
        DnsName owner = name();
        int type = u16();
        int dnsClass = u16();
        int ttl = i32();
        int length = u16();
        need(length);
        int end = offset() + length;
        byte[] data = data(RecordType.Layout.of(type), end);
        boolean wrong = (type == RecordType.A && data.length != 4) || (type == RecordType.AAAA && data.length != 16);
        if (offset() != end || wrong) {
            throw new DnsFormatException("data of a record " + RecordType.name(type) + " has a wrong length");
        }
        return new DnsRecord(owner, type, dnsClass, ttl, data);
    }

    private byte[] data(RecordType.Layout layout, int end) throws DnsFormatException {
        int from = offset();
        if (layout.names() == 0 || from == end) {
            message.readerIndex(end);
            return bytes(from, end);
        }
        need(layout.prefix());
        message.skipBytes(layout.prefix());
        byte[] data = bytes(from, from + layout.prefix());
        for (int i = 0; i < layout.names(); i++) {
            data = joined(data, name().wire());
        }
        if (offset() > end) {
            throw new DnsFormatException("a name goes over the end of its record");
        }
        from = offset();
        message.readerIndex(end);
        return joined(data, bytes(from, end));
    }

    private static byte[] joined(byte[] head, byte[] tail) {
        byte[] both = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, both, head.length, tail.length);
        return both;
    }
}
