package mesh.ambit.ztunnel.dns;

import static mesh.ambit.ztunnel.dns.Asker.addresses;
import static mesh.ambit.ztunnel.dns.Asker.flags;
import static mesh.ambit.ztunnel.dns.Asker.query;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the proxy in a pod's namespace asks a name server in another one, and how often. */
@Tag("netns")
class DnsForwardingIT {
    // How often a question goes out is the machine's affair too: after a second without a reply it is asked again.
    private static final InetAddress ANSWER = InetAddress.ofLiteral("192.0.2.7");
    private static final InetAddress ELSEWHERE = InetAddress.ofLiteral("192.0.2.8");

    @RegisterExtension
    final DnsLab lab = new DnsLab();

    @Test
    void otherNamesAreForwardedFromThePodOnceAndThenRemembered() throws Exception {
        AtomicBoolean moved = new AtomicBoolean();
        try (FakeNameServer server =
                lab.nameServer(asked -> FakeNameServer.reply(asked, 0, 60, moved.get() ? ELSEWHERE : ANSWER))) {
            lab.proxy();

            byte[] answer = lab.asker().udp(DnsLab.IPV4, query("WWW.Example.com", RecordType.A, 0));
            moved.set(true);
            byte[] again = lab.asker().udp(DnsLab.IPV4, query("www.example.com", RecordType.A, 0));

            assertThat(addresses(answer)).containsExactly(ANSWER);
            assertThat(addresses(again)).as("remembered").containsExactly(ANSWER);
            assertThat(flags(answer)).as("response, RD, RA").isEqualTo(0x8180);
            assertThat(server.asked()).isNotEmpty().allSatisfy(asked -> {
                assertThat(asked.name()).isEqualTo("www.example.com");
                assertThat(asked.from()).isEqualTo(lab.pod().ipv4());
                assertThat(asked.packet()).as("without OPT").hasSize(12 + 17 + 4);
            });
            lab.awaitMetric("istio_dns_upstream_requests_total\\{[^}]*} 2.0");
            lab.awaitMetric("istio_dns_upstream_request_duration_seconds_bucket\\{[^}]*le=\"5.0\"} 2");
            assertThat(lab.metricsPage()).doesNotContain("istio_dns_upstream_failures_total");
        }
    }

    @Test
    void nothingIsForwardedAsNothing() throws Exception {
        try (FakeNameServer server = lab.nameServer(asked -> FakeNameServer.reply(asked, Messages.NXDOMAIN, 0))) {
            lab.proxy();

            byte[] answer = lab.asker().udp(DnsLab.IPV4, query("no.example.com", RecordType.A, 1232));
            int before = server.asked().size();
            lab.asker().udp(DnsLab.IPV4, query("no.example.com", RecordType.A, 0));

            assertThat(flags(answer)).isEqualTo(0x8183);
            assertThat(answer).as("no OPT, no SOA").hasSize(12 + 16 + 4);
            assertThat(server.asked()).as("without SOA it is not kept").hasSizeGreaterThan(before);
            lab.awaitMetric("istio_dns_upstream_failures_total\\{[^}]*} 2.0");
        }
    }

    @Test
    void silentServerIsAskedThriceAndGivenUp() throws Exception {
        try (FakeNameServer server = lab.nameServer(_ -> null)) {
            lab.proxy();

            byte[] answer = lab.asker().udp(DnsLab.IPV4, query("slow.example.com", RecordType.A, 0));

            assertThat(NameServers.PATIENCE).as("before its client gives up").isLessThan(Duration.ofSeconds(5));
            assertThat(flags(answer)).isEqualTo(0x8182);
            Await.until(
                    "the server has seen the last of them", () -> server.asked().size() >= 3);
            assertThat(server.asked()).hasSize(3);
        }
    }

    @Test
    void serverThatFailsIsAskedThriceAtOnce() throws Exception {
        try (FakeNameServer server = lab.nameServer(asked -> FakeNameServer.reply(asked, Messages.SERVFAIL, 0))) {
            lab.proxy();

            assertThat(flags(lab.asker().udp(DnsLab.IPV4, query("bad.example.com", RecordType.A, 0))))
                    .isEqualTo(0x8182);
            Await.until(
                    "the server has seen the last of them", () -> server.asked().size() >= 3);
            assertThat(server.asked()).hasSize(3);
        }
    }

    @Test
    void truncatedReplyIsFetchedOverTcp() throws Exception {
        try (FakeNameServer server = lab.nameServer(asked -> {
            byte[] reply = FakeNameServer.reply(asked, 0, 60, ANSWER);
            reply[2] |= (byte) (asked.tcp() ? 0 : 2);
            return reply;
        })) {
            lab.proxy();

            assertThat(addresses(lab.asker().udp(DnsLab.IPV4, query("big.example.com", RecordType.A, 0))))
                    .containsExactly(ANSWER);
            assertThat(server.asked().stream().map(FakeNameServer.Asked::tcp).distinct())
                    .containsExactly(false, true);
        }
    }

    @Test
    void truncatedReplyThatIsRepeatedCostsOneConnection() throws Exception {
        try (FakeNameServer server = lab.nameServer(asked -> {
            byte[] reply = FakeNameServer.reply(asked, 0, 60, ANSWER);
            reply[2] |= 2;
            return asked.tcp() ? null : reply;
        })) {
            server.copies = 20;
            lab.proxy();

            assertThat(flags(lab.asker().udp(DnsLab.IPV4, query("big.example.com", RecordType.A, 0))))
                    .as("SERVFAIL")
                    .isEqualTo(0x8182);
            long overTcp =
                    server.asked().stream().filter(FakeNameServer.Asked::tcp).count();
            assertThat(overTcp).isPositive().isLessThanOrEqualTo(server.asked().size() - overTcp);
        }
    }

    @Test
    void aliasIsFollowedToWhatIsRememberedOfItsTarget() throws Exception {
        DnsName target = Objects.requireNonNull(DnsName.tryParse("www.example.com"));
        try (FakeNameServer server = lab.nameServer(asked -> asked.name().startsWith("alias")
                ? FakeNameServer.alias(asked, target.wire())
                : FakeNameServer.reply(asked, 0, 60, ANSWER))) {
            lab.proxy();

            lab.asker().udp(DnsLab.IPV4, query("www.example.com", RecordType.A, 0));
            byte[] answer = lab.asker().udp(DnsLab.IPV4, query("alias.example.com", RecordType.A, 0));

            assertThat(DnsReply.read(Unpooled.wrappedBuffer(answer)).answers())
                    .extracting(DnsRecord::type)
                    .containsExactly(RecordType.CNAME, RecordType.A);
            assertThat(server.asked().stream().map(FakeNameServer.Asked::name).distinct())
                    .containsExactly("www.example.com", "alias.example.com");
            assertThat(server.asked().getLast().name()).as("not asked again").isEqualTo("alias.example.com");
        }
    }

    @Test
    void capturedQuestionsGoThroughAndOurOwnAreNotCapturedAgain() throws Exception {
        try (FakeNameServer server = lab.nameServer(asked -> FakeNameServer.reply(asked, 0, 60, ANSWER))) {
            lab.pod().pipe("""
                table ip capture {
                  chain out {
                    type nat hook output priority -100
                    oifname != "lo" udp dport 53 meta mark != 0x539 redirect to :15053
                  }
                }
                """, "nft", "-f", "-");
            lab.proxy();
            InetSocketAddress anybody = new InetSocketAddress(InetAddress.ofLiteral("10.77.0.1"), 53);

            assertThat(addresses(lab.asker().udp(anybody, query("www.example.com", RecordType.A, 0))))
                    .containsExactly(ANSWER);
            assertThat(server.asked()).isNotEmpty();
        }
    }
}
