package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResolverViewTest {
    @Test
    void theResolverIsShownWithEveryKeyOfUpstreams() {
        String shown = Json.print(ResolverView.of(List.of("nameserver 10.0.0.1", "search a.example"), true));

        assertThat(shown.replaceAll("\\s+", "")).isEqualTo("""
                        {"dnsResolverCfg":{"domain":null,"search":["a.example"],"name_servers":[{"connections":[
                        {"bind_addr":null,"port":53,"protocol":{"type":"udp"}},
                        {"bind_addr":null,"port":53,"protocol":{"type":"tcp"}}],
                        "ip":"10.0.0.1","trust_negative_responses":true}]},
                        "dnsResolverOpts":{"allow_answers":[],"attempts":2,"avoid_local_udp_ports":[],"cache_size":4096,
                        "case_randomization":false,"deny_answers":[],"edns0":false,"edns_payload_len":1232,
                        "ip_strategy":"Ipv4AndIpv6","max_active_requests":32,"ndots":1,"negative_max_ttl":null,
                        "negative_min_ttl":null,"num_concurrent_reqs":2,"os_port_selection":false,
                        "positive_max_ttl":null,"positive_min_ttl":null,"preserve_intermediates":true,
                        "recursion_desired":true,"server_ordering_strategy":"QueryStatistics","timeout":5,
                        "trust_anchor":null,"try_tcp_on_error":false,"use_hosts_file":"Auto"}}
                        """.replaceAll("\\s+", ""));
    }

    @Test
    void theFileCounts() {
        Map<String, ?> view = ResolverView.of(
                List.of(
                        "nameserver fe80::1%eth0",
                        "domain x.example",
                        "search a.example b.example",
                        "options ndots:3 timeout:7 attempts:4 edns0 rotate",
                        "options debug"),
                false);

        assertThat(Json.print(view).replaceAll("\\s+", ""))
                .contains(
                        "\"domain\":\"x.example\",\"search\":[\"a.example\",\"b.example\"]",
                        "\"ip\":\"fe80::1\"",
                        "\"ndots\":3",
                        "\"timeout\":7",
                        "\"attempts\":4",
                        "\"edns0\":true",
                        "\"ip_strategy\":\"Ipv4Only\"");
    }
}
