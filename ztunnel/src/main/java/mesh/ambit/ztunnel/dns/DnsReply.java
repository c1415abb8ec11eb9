package mesh.ambit.ztunnel.dns;

import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * A message that a name server sent.
 *
 * @param id of the question
 * @param flags the header's second word
 * @param question what it answers
 * @param additionals without OPT
 */
record DnsReply(
        int id,
        int flags,
        DnsQuestion question,
        List<DnsRecord> answers,
        List<DnsRecord> authorities,
        List<DnsRecord> additionals) {
    int rcode() {
        return flags & Messages.RCODE;
    }

    boolean isTruncated() {
        return (flags & Messages.TRUNCATED) != 0;
    }

    /**
     * Reads a message.
     *
     * @throws DnsFormatException for bytes that are none, and for one that is not a response to one question
     */
    static DnsReply read(ByteBuf message) throws DnsFormatException {
        DnsReader reader = new DnsReader(message);
        int id = reader.u16();
        int flags = reader.u16();
        int questions = reader.u16();
        int answers = reader.u16();
        int authorities = reader.u16();
        int additionals = reader.u16();
        if ((flags & Messages.RESPONSE) == 0 || questions != 1) {
            throw new DnsFormatException("not a response to one question");
        }
        DnsQuestion question = new DnsQuestion(reader.name(), reader.u16());
        reader.u16();
        if ((flags & Messages.TRUNCATED) != 0) {
            // Asked again over TCP, so whatever part of it came does not matter.
            return new DnsReply(id, flags, question, List.of(), List.of(), List.of());
        }
        return new DnsReply(
                id,
                flags,
                question,
                reader.records(answers),
                reader.records(authorities),
                reader.records(additionals).stream()
                        .filter(record -> record.type() != RecordType.OPT)
                        .toList());
    }
}
