package mesh.ambit.ztunnel.dns;

import static mesh.ambit.ztunnel.dns.Asker.addresses;
import static mesh.ambit.ztunnel.dns.Asker.count;
import static mesh.ambit.ztunnel.dns.Asker.flags;
import static mesh.ambit.ztunnel.dns.Asker.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mesh.ambit.model.MeshSnapshot;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the proxy in a pod's namespace answers, and to whom. */
@Tag("netns")
class DnsProxyIT {
    private static final InetAddress ANSWER = InetAddress.ofLiteral("192.0.2.7");

    @RegisterExtension
    final DnsLab lab = new DnsLab();

    @Test
    void meshNamesAreAnsweredOnBothLoopbacksOverUdpAndTcp() throws Exception {
        lab.proxy();

        for (InetSocketAddress address : List.of(DnsLab.IPV4, DnsLab.IPV6)) {
            assertThat(addresses(lab.asker().udp(address, query("web.ns1", RecordType.A, 0))))
                    .containsExactly(InetAddress.ofLiteral("10.96.0.1"));
            assertThat(addresses(lab.asker()
                            .tcp(address, query("web.ns1", RecordType.A, 0))
                            .getFirst()))
                    .containsExactly(InetAddress.ofLiteral("10.96.0.1"));
        }
        lab.awaitMetric("istio_dns_requests_total\\{request_protocol=\"tcp\",request_query_type=\"a\","
                + "source_canonical_revision=\"v1\",source_canonical_service=\"shop\"} 2.0");
    }

    @Test
    void namesAreLookedUpForThePodAsItWouldBeTold() throws Exception {
        try (FakeNameServer server = lab.nameServer(asked -> asked.name().equals("www.example.com")
                ? FakeNameServer.reply(asked, 0, 60, ANSWER)
                : FakeNameServer.reply(asked, Messages.NXDOMAIN, 0))) {
            DnsProxy proxy = lab.proxy();
            EventLoop loop = lab.loop();

            assertThat(proxy.address("web.ns1", loop).get(30, TimeUnit.SECONDS))
                    .isEqualTo(InetAddress.ofLiteral("10.96.0.1"));
            assertThat(proxy.address("www.example.com", loop).get(30, TimeUnit.SECONDS))
                    .isEqualTo(ANSWER);
            for (String nothing : List.of("10.0.0.1", "", "a..b", "nobody.example.com")) {
                assertThat(proxy.address(nothing, loop).await().cause())
                        .as(nothing)
                        .isInstanceOf(UnknownHostException.class);
            }
            assertThat(server.asked()).extracting(asked -> asked.name()).contains("www.example.com", "10.0.0.1");
        }
    }

    @Test
    void longAnswersAreCutToWhatTheClientTakes() throws Exception {
        lab.proxy();

        byte[] plain = lab.asker().udp(DnsLab.IPV4, query("many.ns1.svc.cluster.local", RecordType.A, 0));
        byte[] edns = lab.asker().udp(DnsLab.IPV4, query("many.ns1.svc.cluster.local", RecordType.A, 1232));
        byte[] whole = lab.asker()
                .tcp(DnsLab.IPV4, query("many.ns1.svc.cluster.local", RecordType.A, 0))
                .getFirst();

        assertThat(plain.length).isBetween(400, 512);
        assertThat(flags(plain)).as("AA, TC").isEqualTo(0x8780);
        assertThat(edns.length).isBetween(1100, 1232);
        assertThat(count(edns)).isBetween(70, 75);
        assertThat(count(whole)).isEqualTo(300);
        assertThat(flags(whole)).isEqualTo(0x8580);
    }

    @Test
    void whatIsNoQuestionGetsNoAnswerOrAnError() throws Exception {
        lab.proxy();

        byte[] response = query("web", RecordType.A, 0);
        response[2] |= (byte) 0x80;
        assertThatThrownBy(() -> lab.asker().udp(DnsLab.IPV4, response, 300))
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(flags(lab.asker().udp(DnsLab.IPV4, Arrays.copyOf(response, 14))))
                .as("cut off, so the bit means nothing")
                .isEqualTo(0x8181);
        byte[] notify = query("web", RecordType.A, 0);
        notify[2] = 0x20;
        assertThat(flags(lab.asker().udp(DnsLab.IPV4, notify))).isEqualTo(0xa084);
        assertThat(flags(lab.asker().udp(DnsLab.IPV4, Arrays.copyOf(query("web", RecordType.A, 0), 14))))
                .isEqualTo(0x8181);
        assertThatThrownBy(() -> lab.asker().udp(DnsLab.IPV4, new byte[5], 300))
                .isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void severalQuestionsShareAConnectionThatTheClientHasHalfClosed() throws Exception {
        lab.proxy();

        List<byte[]> answers = lab.asker()
                .tcp(
                        DnsLab.IPV4,
                        query("web.ns1", RecordType.A, 0),
                        query("web", RecordType.A, 0),
                        query("web", RecordType.AAAA, 0));

        assertThat(answers).extracting(Asker::count).containsExactly(1, 1, 0);
    }

    @Test
    void podThatTheMeshDoesNotKnowIsToldSo() throws Exception {
        lab.publish(MeshSnapshot.EMPTY);
        lab.proxy();

        assertThat(flags(lab.asker().udp(DnsLab.IPV4, query("web", RecordType.A, 0))))
                .isEqualTo(0x8182);
    }

    @Test
    void successorListensBesideUsAndTakesOver() throws Exception {
        DnsProxy old = lab.proxy();
        lab.proxy();

        old.drain().toCompletableFuture().get(30, TimeUnit.SECONDS);

        for (int i = 0; i < 10; i++) {
            assertThat(count(lab.asker().udp(DnsLab.IPV4, query("web", RecordType.A, 0))))
                    .isEqualTo(1);
            assertThat(lab.asker().tcp(DnsLab.IPV4, query("web", RecordType.A, 0)))
                    .hasSize(1);
        }
    }
}
