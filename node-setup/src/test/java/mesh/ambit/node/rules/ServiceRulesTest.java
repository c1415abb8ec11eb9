package mesh.ambit.node.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceRulesTest {
    private static final InetAddress VIP = InetAddress.ofLiteral("10.96.1.1");
    private static final InetAddress VIP6 = InetAddress.ofLiteral("fd77:96::1");

    @Test
    void scriptReplacesWhatWasThere() {
        String script = ServiceRules.script(List.of(
                new ServiceRoute(VIP, ServiceRoute.Protocol.TCP, 80, List.of(at("10.77.1.2", 8080))),
                new ServiceRoute(
                        VIP, ServiceRoute.Protocol.UDP, 53, List.of(at("10.77.1.2", 5353), at("10.77.1.3", 5353))),
                new ServiceRoute(VIP6, ServiceRoute.Protocol.TCP, 80, List.of(at("fd77:0:0:1::2", 8080))),
                new ServiceRoute(VIP, ServiceRoute.Protocol.TCP, 81, List.of())));

        assertThat(script).isEqualTo("""
                add table inet ambit-services
                flush table inet ambit-services
                add chain inet ambit-services output { type nat hook output priority -90; policy accept; }
                add chain inet ambit-services refuse { type filter hook output priority 0; policy accept; }
                add rule inet ambit-services output ip daddr 10.96.1.1 tcp dport 80 counter dnat ip to \
                10.77.1.2:8080 comment "tcp 10.96.1.1:80"
                add rule inet ambit-services output ip daddr 10.96.1.1 udp dport 53 counter dnat ip to \
                numgen random mod 2 map { 0 : 10.77.1.2 . 5353, 1 : 10.77.1.3 . 5353 } comment "udp 10.96.1.1:53"
                add rule inet ambit-services output ip6 daddr fd77:96:0:0:0:0:0:1 tcp dport 80 counter dnat ip6 to \
                [fd77:0:0:1:0:0:0:2]:8080 comment "tcp [fd77:96:0:0:0:0:0:1]:80"
                add rule inet ambit-services refuse ip daddr 10.96.1.1 tcp dport 81 counter reject with icmpx \
                port-unreachable comment "tcp 10.96.1.1:81"
                """);
    }

    @Test
    void endpointOfAnotherFamilyIsRefused() {
        assertThatThrownBy(() -> new ServiceRoute(VIP, ServiceRoute.Protocol.TCP, 80, List.of(at("fd77::2", 80))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }
}
