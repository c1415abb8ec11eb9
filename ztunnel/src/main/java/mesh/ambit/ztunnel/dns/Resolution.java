package mesh.ambit.ztunnel.dns;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the name servers say about a question.
 *
 * @param rcode what clients are told
 * @param answers empty unless something was found
 * @param additionals what came along
 * @param lifetimeSeconds how long it may be kept, 0 for not at all
 * @param failure why there are no records; null when there are some
 */
record Resolution(
        int rcode,
        List<DnsRecord> answers,
        List<DnsRecord> additionals,
        int lifetimeSeconds,
        @Nullable String failure) {
    /** A day: nothing is kept longer, and no TTL is passed on that is longer. */
    static final int MAX_TTL = 86_400;

    Resolution {
        answers = List.copyOf(answers);
        additionals = List.copyOf(additionals);
    }

    static Resolution found(List<DnsRecord> answers, List<DnsRecord> additionals, int lifetimeSeconds) {
        return new Resolution(Messages.NOERROR, answers, additionals, lifetimeSeconds, null);
    }

    /** Returns the word that there are no such records, or no such name; said as upstream's log says it. */
    static Resolution nothing(int rcode, DnsQuestion question, int lifetimeSeconds) {
        String why = "net error: DNS error: no records found for Query { name: Name(\"" + question.name()
                + "\"), query_type: " + RecordType.detailedName(question.type()) + ", query_class: IN }";
        return new Resolution(rcode, List.of(), List.of(), lifetimeSeconds, why);
    }

    static Resolution failed(int rcode, String why) {
        return new Resolution(rcode, List.of(), List.of(), 0, why);
    }

    /** Returns it as what is at the end of a chain of aliases. */
    Resolution behind(List<DnsRecord> chain) {
        if (failure != null) {
            return this;
        }
        List<DnsRecord> all = new ArrayList<>(chain);
        all.addAll(answers);
        return new Resolution(rcode, all, additionals, lifetimeSeconds, null);
    }

    /** Returns it {@code seconds} later. */
    Resolution aged(int seconds) {
        return seconds == 0
                ? this
                : new Resolution(rcode, aged(answers, seconds), aged(additionals, seconds), lifetimeSeconds, failure);
    }

    /** Returns about how many bytes it takes. */
    int weight() {
        int weight = 100;
        for (DnsRecord record : answers) {
            weight += weight(record);
        }
        for (DnsRecord record : additionals) {
            weight += weight(record);
        }
        return weight;
    }

    private static int weight(DnsRecord record) {
        return 100 + record.owner().wire().length + record.data().length;
    }

    private static List<DnsRecord> aged(List<DnsRecord> records, int seconds) {
        return records.stream()
                .map(record -> record.withTtl(Math.max(0, record.ttl() - seconds)))
                .toList();
    }

    /** Returns a TTL from the wire, a number without a sign, within our bounds. */
    static int clamped(int ttl) {
        return ttl < 0 ? MAX_TTL : Math.min(ttl, MAX_TTL);
    }
}
