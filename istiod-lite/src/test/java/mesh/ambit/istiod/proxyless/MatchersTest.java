package mesh.ambit.istiod.proxyless;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatchersTest {
    /** Left out, a refused address would be one that may come in. */
    @Test
    void zoneOfAnAddressCountsForNothing() {
        CidrRange range = requireNonNull(Matchers.range("fe80::1%eth0"));

        assertThat(range).isEqualTo(Matchers.range("fe80::1"));
        assertThat(range.getPrefixLen().getValue()).isEqualTo(128);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fe80::1%", "fe80::1%eth0/64", "10.0.0.1%eth0", "x", "", "%"})
    void whatIsNoRangeIsNone(String text) {
        assertThat(Matchers.range(text)).isNull();
    }
}
