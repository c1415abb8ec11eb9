package mesh.ambit.ztunnel.dns;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes one message up to a limit. Names are compressed (RFC 1035, section 4.1.4) as upstream's library compresses them,
 * so that answers are as long as upstream's and are cut at the same record: nothing points into the question, a name is
 * written only where it would fit uncompressed, and after 120 names compression ends.
 */
final class DnsWriter {
    private static final int MAX_COMPRESSED_NAMES = 120;
    private static final int MAX_SUFFIXES = 64;
    private static final int MAX_POINTER = 0x3fff;
    private static final int ECHOED = Messages.OPCODE | Messages.RECURSION_DESIRED | Messages.CHECKING_DISABLED;

    private final ByteBuf out;
    private final int start;
    private final int limit;
    /** Where a suffix that was written begins, in the message. */
    private final Map<DnsName, Integer> suffixes = new HashMap<>();

    private int compressedNames;

    private DnsWriter(ByteBuf out, int limit) {
        this.out = out;
        this.start = out.writerIndex();
        this.limit = limit;
    }

    /** Appends a question to {@code out}; {@code ednsPayload} 0 sends no OPT record. */
    static void question(ByteBuf out, int id, DnsQuestion question, int ednsPayload) {
        out.writeShort(id)
                .writeShort(Messages.RECURSION_DESIRED)
                .writeShort(1)
                .writeShort(0)
                .writeShort(0);
        out.writeShort(ednsPayload > 0 ? 1 : 0);
        out.writeBytes(question.name().wire()).writeShort(question.type()).writeShort(DnsRecord.IN);
        if (ednsPayload > 0) {
            out.writeByte(0)
                    .writeShort(RecordType.OPT)
                    .writeShort(ednsPayload)
                    .writeInt(0)
                    .writeShort(0);
        }
    }

    /**
     * Appends an answer to {@code out}: as many records as fit into {@code limit} octets, and the truncation flag if that
     * is not all of them.
     */
    static void answer(ByteBuf out, DnsQuery query, DnsAnswer answer, int limit) {
        new DnsWriter(out, limit).answer(query, answer);
    }

    private void answer(DnsQuery query, DnsAnswer answer) {
        int flags = Messages.RESPONSE
                | (query.flags() & ECHOED)
                | Messages.RECURSION_AVAILABLE
                | (answer.authoritative() ? Messages.AUTHORITATIVE : 0)
                | (answer.rcode() & Messages.RCODE);
        // A question section of a hostile length is not sent back.
        boolean echo = Messages.HEADER_BYTES + query.questions().length <= limit;
        out.writeShort(query.id()).writeShort(0).writeShort(echo ? query.questionCount() : 0);
        out.writeShort(0).writeShort(0).writeShort(0);
        out.writeBytes(query.questions(), 0, echo ? query.questions().length : 0);
        int answers = records(answer.answers());
        int additionals = records(answer.additionals());
        boolean truncated = !echo
                || answers < answer.answers().size()
                || additionals < answer.additionals().size();
        DnsQuery.Edns edns = query.edns();
        if (edns != null && !answer.isError()) {
            int written = records(List.of(edns.answer()));
            truncated |= written == 0;
            additionals += written;
        }
        out.setShort(start + 2, flags | (truncated ? Messages.TRUNCATED : 0));
        out.setShort(start + 6, answers);
        out.setShort(start + 10, additionals);
    }

    /** Writes records until one does not fit, and returns how many did. */
    private int records(List<DnsRecord> records) {
        int count = 0;
        for (DnsRecord record : records) {
            int before = out.writerIndex();
            if (!record(record)) {
                out.writerIndex(before);
                suffixes.values().removeIf(offset -> offset >= before - start);
                break;
            }
            count++;
        }
        return count;
    }

    private boolean record(DnsRecord record) {
        if (!name(record.owner(), true) || !fits(10)) {
            return false;
        }
        out.writeShort(record.type()).writeShort(record.dnsClass()).writeInt(record.ttl());
        int lengthAt = out.writerIndex();
        out.writeShort(0);
        RecordType.Layout layout = RecordType.Layout.of(record.type());
        if (!data(record.data(), layout)) {
            return false;
        }
        out.setShort(lengthAt, out.writerIndex() - lengthAt - 2);
        return true;
    }

    private boolean data(byte[] data, RecordType.Layout layout) {
        if (layout.names() == 0 || data.length == 0) {
            return bytes(data, 0, data.length);
        }
        int at = layout.prefix();
        if (!bytes(data, 0, at)) {
            return false;
        }
        for (int i = 0; i < layout.names(); i++) {
            int end = at;
            while (data[end] != 0) {
                end += data[end] + 1;
            }
            if (!name(new DnsName(Arrays.copyOfRange(data, at, end + 1)), layout.compress())) {
                return false;
            }
            at = end + 1;
        }
        return bytes(data, at, data.length - at);
    }

    private boolean bytes(byte[] bytes, int from, int length) {
        if (!fits(length)) {
            return false;
        }
        out.writeBytes(bytes, from, length);
        return true;
    }

    private boolean name(DnsName name, boolean compress) {
        byte[] wire = name.wire();
        // Without the root's octet, which upstream adds when it knows that there will be no pointer.
        if (!fits(wire.length - 1)) {
            return false;
        }
        boolean mayPoint = compress && compressedNames < MAX_COMPRESSED_NAMES;
        compressedNames += mayPoint ? 1 : 0;
        int nameAt = out.writerIndex() - start;
        int at = 0;
        DnsName rest = name;
        while (wire[at] != 0) {
            Integer known = mayPoint ? suffixes.get(rest) : null;
            if (known != null) {
                return pointer(wire, at, known);
            }
            remember(rest, nameAt + at, nameAt + wire.length - 1);
            at += wire[at] + 1;
            rest = rest.withoutFirst(1);
        }
        return bytes(wire, 0, wire.length);
    }

    private boolean pointer(byte[] wire, int length, int target) {
        out.writeBytes(wire, 0, length);
        if (!fits(2)) {
            return false;
        }
        out.writeShort(0xc000 | target);
        return true;
    }

    private void remember(DnsName suffix, int offset, int end) {
        if (end < MAX_POINTER && suffixes.size() < MAX_SUFFIXES) {
            suffixes.putIfAbsent(suffix, offset);
        }
    }

    private boolean fits(int bytes) {
        return out.writerIndex() - start + bytes <= limit;
    }
}
