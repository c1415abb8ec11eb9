package mesh.ambit.ztunnel.dns;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a name server's reply means, as upstream's resolver reads it. Pure. */
final class ReplyRules {
    private ReplyRules() {}

    /** What to do with a reply. */
    sealed interface Verdict {
        /** It settles the question. */
        record Settled(Resolution resolution) implements Verdict {}

        /**
         * It says only that the name is another's.
         *
         * @param next the other name
         * @param chain the records that lead there
         */
        record Alias(DnsName next, List<DnsRecord> chain) implements Verdict {}
    }

    /**
     * Judges a reply to {@code question} whose code is NOERROR or NXDOMAIN.
     *
     * @param chain records that led from the client's question to this one
     */
    static Verdict judge(DnsQuestion question, List<DnsRecord> chain, DnsReply reply) {
        List<DnsRecord> answers = clamped(reply.answers());
        DnsName sought = question.name();
        DnsName name = lastName(question, answers);
        boolean found = false;
        int lifetime = Resolution.MAX_TTL;
        for (List<DnsRecord> section : List.of(answers, reply.authorities(), reply.additionals())) {
            for (DnsRecord record : section) {
                if (matches(question, name, record)) {
                    found = true;
                    lifetime = Math.min(lifetime, Resolution.clamped(record.ttl()));
                }
            }
        }
        if (found) {
            return new Verdict.Settled(
                    Resolution.found(joined(chain, answers), clamped(reply.additionals()), lifetime));
        }
        if (!name.equals(sought)) {
            List<DnsRecord> aliases = answers.stream()
                    .filter(record -> record.type() == RecordType.CNAME)
                    .toList();
            return new Verdict.Alias(name, joined(chain, aliases));
        }
        return new Verdict.Settled(Resolution.nothing(reply.rcode(), question, negativeLifetime(reply)));
    }

    /** Returns the name at the end of the chain of aliases that the answers form. */
    private static DnsName lastName(DnsQuestion question, List<DnsRecord> answers) {
        DnsName name = question.name();
        if (question.type() == RecordType.ANY || question.type() == RecordType.CNAME) {
            return name;
        }
        for (DnsRecord record : answers) {
            if (record.type() == RecordType.CNAME
                    && record.data().length > 0
                    && record.owner().lower().equals(name)) {
                name = record.target().lower();
            }
        }
        return name;
    }

    private static boolean matches(DnsQuestion question, DnsName name, DnsRecord record) {
        if (record.dnsClass() != DnsRecord.IN) {
            return false;
        }
        DnsName owner = record.owner().lower();
        return (question.type() == RecordType.ANY || question.type() == record.type())
                && (owner.equals(name) || owner.equals(question.name()));
    }

    /** Returns how long it may be remembered that there is nothing; without a SOA record not at all (RFC 2308). */
    private static int negativeLifetime(DnsReply reply) {
        DnsRecord soa = soa(reply);
        if (soa == null) {
            return 0;
        }
        byte[] data = soa.data();
        int at = data.length - 4;
        int minimum = ByteBuffer.wrap(data).getInt(at);
        return Math.min(Resolution.clamped(soa.ttl()), Resolution.clamped(minimum));
    }

    private static @Nullable DnsRecord soa(DnsReply reply) {
        for (DnsRecord record : reply.authorities()) {
            // Two names and five numbers.
            if (record.type() == RecordType.SOA && record.data().length >= 22) {
                return record;
            }
        }
        return null;
    }

    private static List<DnsRecord> clamped(List<DnsRecord> records) {
        return records.stream()
                .map(record -> record.withTtl(Resolution.clamped(record.ttl())))
                .toList();
    }

    private static List<DnsRecord> joined(List<DnsRecord> head, List<DnsRecord> tail) {
        List<DnsRecord> both = new ArrayList<>(head);
        both.addAll(tail);
        return both;
    }
}
