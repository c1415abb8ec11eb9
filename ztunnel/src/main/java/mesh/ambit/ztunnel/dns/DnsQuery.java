package mesh.ambit.ztunnel.dns;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request of a client.
 *
 * @param id echoed
 * @param flags the header's second word
 * @param questions the question section as it came, which is echoed; empty where it could not be read
 * @param questionCount how many questions that section has
 * @param question what is asked; null when that is not exactly one question
 * @param edns null for a client without
 * @param malformed whether more than the header could not be read
 */
@SuppressWarnings("ArrayRecordComponent") // Of bytes that nobody changes.
record DnsQuery(
        int id,
        int flags,
        byte[] questions,
        int questionCount,
        @Nullable DnsQuestion question,
        @Nullable Edns edns,
        boolean malformed) {
    private static final byte[] NOTHING = {};
    /** The code and the length of an EDNS option. */
    private static final int OPTION_HEAD_BYTES = 4;

    /**
     * What a client says in its OPT record (RFC 6891).
     *
     * @param payload how many octets it takes over UDP, at least 512
     * @param version of EDNS
     * @param dnssecOk whether it wants DNSSEC records
     */
    record Edns(int payload, int version, boolean dnssecOk) {
        private static final int DNSSEC_OK = 0x8000;

        static Edns of(DnsRecord opt) {
            return new Edns(
                    Math.max(opt.dnsClass(), Messages.PLAIN_UDP_BYTES),
                    opt.ttl() >> 16 & 0xff,
                    (opt.ttl() & DNSSEC_OK) != 0);
        }

        /** Returns the OPT record of an answer. */
        DnsRecord answer() {
            return new DnsRecord(
                    DnsName.ROOT, RecordType.OPT, payload, version << 16 | (dnssecOk ? DNSSEC_OK : 0), NOTHING);
        }
    }

    /** Returns a request for {@code question} that nobody sent. */
    static DnsQuery about(DnsQuestion question) {
        return new DnsQuery(0, 0, NOTHING, 1, question, null, false);
    }

    /** Says whether somebody has answered something; what cannot be read has bits that mean nothing. */
    boolean isResponse() {
        return !malformed && (flags & Messages.RESPONSE) != 0;
    }

    int opcode() {
        return flags & Messages.OPCODE;
    }

    /** Returns how many octets an answer over UDP may have. */
    int udpLimit() {
        return edns == null ? Messages.PLAIN_UDP_BYTES : Math.min(edns.payload(), Messages.MAX_UDP_BYTES);
    }

    /** Reads a request; null for what is shorter than a header and so can get no answer. */
    static @Nullable DnsQuery read(ByteBuf message) {
        DnsReader reader = new DnsReader(message);
        int id;
        int flags;
        int[] counts = new int[4];
        try {
            id = reader.u16();
            flags = reader.u16();
            for (int i = 0; i < counts.length; i++) {
                counts[i] = reader.u16();
            }
        } catch (DnsFormatException e) {
            return null;
        }
        try {
            return body(reader, id, flags, counts);
        } catch (DnsFormatException e) {
            return new DnsQuery(id, flags, NOTHING, 0, null, null, true);
        }
    }

    private static DnsQuery body(DnsReader reader, int id, int flags, int[] counts) throws DnsFormatException {
        List<DnsQuestion> questions = new ArrayList<>(1);
        for (int i = 0; i < counts[0]; i++) {
            questions.add(new DnsQuestion(reader.name(), reader.u16()));
            reader.u16(); // The class: as upstream has it, everything is the Internet.
        }
        byte[] raw = reader.bytes(Messages.HEADER_BYTES, reader.offset());
        for (DnsRecord record : reader.records(counts[1] + counts[2])) {
            if (record.type() == RecordType.OPT) {
                throw new DnsFormatException("OPT outside of the additional section");
            }
        }
        Edns edns = null;
        for (DnsRecord record : reader.records(counts[3])) {
            if (record.type() == RecordType.OPT) {
                if (edns != null) {
                    throw new DnsFormatException("two OPT records");
                }
                if (!record.owner().equals(DnsName.ROOT)) {
                    throw new DnsFormatException("an OPT record with a name");
                }
                checkOptions(record.data());
                edns = Edns.of(record);
            }
        }
        DnsQuestion only = questions.size() == 1 ? questions.getFirst() : null;
        return new DnsQuery(id, flags, raw, counts[0], only, edns, false);
    }

    /** The options mean nothing to us, but each has to end where it says (RFC 6891, section 6.1.2). */
    private static void checkOptions(byte[] options) throws DnsFormatException {
        int at = 0;
        while (at < options.length) {
            if (options.length - at < OPTION_HEAD_BYTES) {
                throw new DnsFormatException("an EDNS option without a length");
            }
            at += OPTION_HEAD_BYTES + (((options[at + 2] & 0xff) << 8) | (options[at + 3] & 0xff));
        }
        if (at > options.length) {
            throw new DnsFormatException("an EDNS option goes over the end of its record");
        }
    }
}
