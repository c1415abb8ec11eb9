package mesh.ambit.node.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaptureRulesTest {
    private static final CaptureOptions DEFAULT = new CaptureOptions(true, true, false, true, List.of());

    @Test
    void defaultRulesAreThese() throws IOException {
        try (InputStream golden = requireNonNull(getClass().getResourceAsStream("capture.nft"))) {
            assertThat(CaptureRules.enrol(DEFAULT)).isEqualTo(new String(golden.readAllBytes(), UTF_8));
        }
    }

    @Test
    void withoutGraceOlderConnectionsAreRedirectedToo() {
        String script = CaptureRules.enrol(new CaptureOptions(false, false, false, true, List.of()));

        assertThat(script)
                .doesNotContain("tcp flags")
                .contains("ip daddr != 127.0.0.1 tcp dport != 15008 meta mark and 0xfff != 0x539 counter redirect to"
                        + " :15006 comment \"N4 ip\"")
                .contains("ip daddr != 127.0.0.1 meta l4proto tcp meta mark and 0xfff != 0x539 counter redirect to"
                        + " :15001 comment \"N9 ip\"")
                .contains("ip daddr != 127.0.0.1 tcp dport 53 meta mark and 0xfff != 0x539 counter redirect to"
                        + " :15053 comment \"N6 ip\"");
    }

    @Test
    void withoutIpv6NoRuleSpeaksOfIt() {
        assertThat(CaptureRules.enrol(new CaptureOptions(false, true, false, true, List.of())))
                .doesNotContain("ip6");
    }

    @Test
    void bypassedInboundLeavesRepliesToTheProxyInPlace() {
        assertThat(CaptureRules.rules(new CaptureOptions(true, true, true, true, List.of())))
                .extracting(NftScript.NftRule::name)
                .contains("M1", "M2", "N9 ip", "N9 ip6")
                .doesNotContain("N2 ip", "N2 ip6", "N4 ip", "N4 ip6");
    }

    @Test
    void withoutDnsNothingLooksAtPort53AndItsTableGoes() {
        CaptureOptions noDns = new CaptureOptions(true, true, false, false, List.of());

        assertThat(CaptureRules.enrol(noDns))
                .doesNotContain("15053", "dport 53", "ct zone", "add chain inet istio-ambient-raw")
                .contains("delete table inet istio-ambient-raw");
        assertThat(CaptureRules.rules(noDns))
                .extracting(NftScript.NftRule::name)
                .doesNotContain("N5", "N6 ip", "R1", "R2");
    }

    @Test
    void guestsBehindVirtualInterfacesComeFirst() {
        assertThat(CaptureRules.rules(new CaptureOptions(false, true, false, true, List.of("vnet0"))))
                .filteredOn(rule ->
                        rule.table().equals(CaptureRules.NAT) && rule.chain().equals("istio-prerouting"))
                .extracting(NftScript.NftRule::statement)
                .startsWith(
                        "iifname \"vnet0\" meta l4proto tcp counter redirect to :15001",
                        "iifname \"vnet0\" meta l4proto tcp counter return");
    }

    @Test
    void nameThatIsNoInterfaceIsRefused() {
        assertThatThrownBy(() -> new CaptureOptions(true, true, false, true, List.of("a\" accept")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void drainKeepsTheEmptyChainsAndConnectionTracking() {
        assertThat(CaptureRules.drain()).isEqualTo("""
                add table inet istio-ambient-nat
                flush table inet istio-ambient-nat
                add table inet ambit-drain
                flush table inet ambit-drain
                add chain inet ambit-drain hold { type filter hook input priority 0; policy accept; }
                add rule inet ambit-drain hold ct state established counter accept comment "hold"
                """);
    }
}
