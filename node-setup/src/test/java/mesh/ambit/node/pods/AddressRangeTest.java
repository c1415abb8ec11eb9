package mesh.ambit.node.pods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressRangeTest {
    private static final AddressRange RANGE = AddressRange.parse("10.77.1.0/24");

    @Test
    void addressesAreGivenOneAfterTheOther() {
        assertThat(RANGE.next(0, Set.of())).isEqualTo(ip("10.77.1.2"));
        assertThat(RANGE.next(1, Set.of())).isEqualTo(ip("10.77.1.3"));
        assertThat(RANGE.next(0, Set.of(ip("10.77.1.2")))).isEqualTo(ip("10.77.1.3"));
    }

    @Test
    void lastAddressIsFollowedByTheFirst() {
        assertThat(RANGE.next(252, Set.of())).isEqualTo(ip("10.77.1.254"));
        assertThat(RANGE.next(253, Set.of())).isEqualTo(ip("10.77.1.2"));
        assertThat(RANGE.next(Integer.MAX_VALUE, Set.of())).isNotNull();
    }

    @Test
    void fullRangeIsReported() {
        AddressRange small = AddressRange.parse("10.77.1.0/29");
        Set<InetAddress> taken = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            taken.add(small.next(0, taken));
        }

        assertThat(taken).hasSize(5).doesNotContain(ip("10.77.1.7"), ip("10.77.1.1"));
        assertThatThrownBy(() -> small.next(0, taken))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("all 5 addresses of 10.77.1.0/29 are taken");
    }

    @Test
    void ipv6WorksAlike() {
        AddressRange range = AddressRange.parse("fd77:0:0:2::/64");

        assertThat(range.next(0, Set.of())).isEqualTo(ip("fd77:0:0:2::2"));
        assertThat(range.next(300, Set.of())).isEqualTo(ip("fd77:0:0:2::12e"));
        assertThat(range.contains(ip("fd77:0:0:2:1::1"))).isTrue();
        assertThat(range.contains(ip("fd77:0:0:3::1"))).isFalse();
        assertThat(range.contains(ip("10.77.1.1"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.77.1.0 | prefix length is missing",
                "10.77.1.0/x | not a number",
                "10.77.1.0/31 | out of range",
                "10.77.1.0/4 | out of range",
                "10.77.1.5/24 | bits behind the prefix",
                "somewhere/24 | "
            })
    void wrongTextIsRefused(String text, String reason) {
        assertThatThrownBy(() -> AddressRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason == null ? "" : reason);
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }
}
