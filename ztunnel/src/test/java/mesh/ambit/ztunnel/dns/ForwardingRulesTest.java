package mesh.ambit.ztunnel.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import mesh.ambit.ztunnel.dns.ReplyRules.Verdict;
import org.junit.jupiter.api.Test;

/** What replies mean, how long they are kept, and which names nobody is asked about. */
class ForwardingRulesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final DnsQuestion QUESTION = new DnsQuestion(name("www.example"), RecordType.A);
    private static final DnsRecord ADDRESS = a("www.example", 60);

    @Test
    void recordsSettleTheQuestionForTheirShortestTtl() {
        Resolution resolution = settled(reply(0, List.of(ADDRESS, a("www.example", 20)), List.of()));

        assertThat(resolution.answers()).hasSize(2);
        assertThat(resolution.lifetimeSeconds()).isEqualTo(20);
        assertThat(resolution.failure()).isNull();
    }

    @Test
    void aliasWithItsTargetIsAnAnswer() {
        DnsRecord alias = DnsRecord.ofName(name("WWW.example"), RecordType.CNAME, 5, name("Host.example"));
        Resolution resolution = settled(reply(0, List.of(alias, a("host.example", 60)), List.of()));

        assertThat(resolution.answers()).hasSize(2);
        assertThat(resolution.lifetimeSeconds()).as("that of the asked type").isEqualTo(60);
    }

    @Test
    void aliasAloneIsFollowed() {
        DnsRecord alias = DnsRecord.ofName(name("www.example"), RecordType.CNAME, 5, name("host.example"));

        assertThat(ReplyRules.judge(QUESTION, List.of(), reply(0, List.of(alias), List.of())))
                .isEqualTo(new Verdict.Alias(name("host.example"), List.of(alias)));
    }

    @Test
    void aTtlIsADayAtMost() {
        for (int ttl : new int[] {86_401, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            Resolution resolution = settled(reply(0, List.of(a("www.example", ttl)), List.of()));

            assertThat(resolution.lifetimeSeconds()).isEqualTo(86_400);
            assertThat(resolution.answers().getFirst().ttl()).isEqualTo(86_400);
        }
    }

    @Test
    void nothingIsKeptOnlyAsLongAsItsSoaAllows() {
        DnsRecord soa = new DnsRecord(name("example"), RecordType.SOA, 1, 300, new byte[] {
            0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 30
        });

        Resolution with = settled(reply(Messages.NXDOMAIN, List.of(), List.of(soa)));
        Resolution without = settled(reply(Messages.NXDOMAIN, List.of(), List.of()));

        assertThat(with.rcode()).isEqualTo(Messages.NXDOMAIN);
        assertThat(with.lifetimeSeconds()).isEqualTo(30);
        assertThat(without.lifetimeSeconds()).isZero();
        assertThat(without.failure())
                .isEqualTo("net error: DNS error: no records found for Query { name: Name(\"www.example.\"),"
                        + " query_type: A, query_class: IN }");
    }

    @Test
    void cacheCountsTtlsDownAndForgets() {
        AnswerCache cache = new AnswerCache(10, 10_000);
        cache.put(QUESTION, Resolution.found(List.of(ADDRESS), List.of(), 60), 0);

        Resolution later = Objects.requireNonNull(cache.find(QUESTION, 59 * SECOND));
        assertThat(later.answers().getFirst().ttl()).isEqualTo(1);
        assertThat(cache.find(QUESTION, 60 * SECOND)).isNull();
        assertThat(cache.size()).isZero();
    }

    @Test
    void cacheIsBoundedInEntriesAndInBytes() {
        AnswerCache few = new AnswerCache(2, Long.MAX_VALUE);
        AnswerCache small = new AnswerCache(100, 1000);
        for (int i = 0; i < 20; i++) {
            DnsQuestion question = new DnsQuestion(name("n" + i + ".example"), RecordType.A);
            Resolution resolution = Resolution.found(List.of(ADDRESS), List.of(), 60);
            few.put(question, resolution, 0);
            small.put(question, resolution, 0);
        }

        assertThat(few.size()).isEqualTo(2);
        assertThat(few.find(new DnsQuestion(name("n19.example"), RecordType.A), 0))
                .isNotNull();
        assertThat(small.size()).isBetween(1, 5);
    }

    @Test
    void specialNamesAreNotAskedFor() {
        SpecialNames special =
                new SpecialNames(name -> name.equals("host") ? List.of(InetAddress.ofLiteral("192.0.2.1")) : List.of());

        assertThat(found(special, "a.localhost", RecordType.A)
                        .answers()
                        .getFirst()
                        .address())
                .isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
        assertThat(found(special, "1.0.0.127.in-addr.arpa", RecordType.PTR)
                        .answers()
                        .getFirst()
                        .target())
                .isEqualTo(name("localhost"));
        assertThat(found(special, "localhost", RecordType.MX).rcode()).isEqualTo(Messages.NOERROR);
        assertThat(found(special, "x.invalid", RecordType.A).rcode()).isEqualTo(Messages.NXDOMAIN);
        assertThat(found(special, "host", RecordType.A).answers()).hasSize(1);
        assertThat(special.find(new DnsQuestion(name("host"), RecordType.AAAA))).isNull();
        assertThat(special.find(new DnsQuestion(name("x.cluster.local"), RecordType.A)))
                .isNull();
    }

    private static Resolution found(SpecialNames special, String name, int type) {
        return Objects.requireNonNull(special.find(new DnsQuestion(name(name), type)));
    }

    private static Resolution settled(DnsReply reply) {
        return ((Verdict.Settled) ReplyRules.judge(QUESTION, List.of(), reply)).resolution();
    }

    private static DnsReply reply(int rcode, List<DnsRecord> answers, List<DnsRecord> authorities) {
        return new DnsReply(1, Messages.RESPONSE | rcode, QUESTION, answers, authorities, List.of());
    }

    private static DnsRecord a(String owner, int ttl) {
        return DnsRecord.of(name(owner), ttl, InetAddress.ofLiteral("192.0.2.1"));
    }

    private static DnsName name(String text) {
        return Objects.requireNonNull(DnsName.tryParse(text));
    }
}
