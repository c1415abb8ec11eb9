package mesh.ambit.ztunnel.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {
    @Test
    void addressesOfBothFamiliesAndHostNamesAreRead() {
        assertThat(Authority.parse("10.0.0.1:8080")).isEqualTo(ip("10.0.0.1", 8080));
        assertThat(Authority.parse("[fd00::1]:8080")).isEqualTo(ip("fd00::1", 8080));
        assertThat(Authority.parse("web.shop:80")).isEqualTo(new Authority.Host("web.shop", 80));
        assertThat(Authority.parse("Web.shop:0")).isEqualTo(new Authority.Host("Web.shop", 0));
        assertThat(Authority.parse("10.0.0:80")).isEqualTo(new Authority.Host("10.0.0", 80));
    }

    @Test
    void mappedAddressIsNotTheOneItMaps() {
        Authority mapped = Authority.parse("[::ffff:10.0.0.1]:8080");
        assertThat(mapped).isInstanceOf(Authority.Ip.class).isNotEqualTo(ip("10.0.0.1", 8080));
    }

    @Test
    void whatHasAPortAndIsNoAddressIsAName() {
        assertThat(Authority.parse(":80")).isEqualTo(new Authority.Host("", 80));
        assertThat(Authority.parse("10.0.0.1:+80")).isEqualTo(new Authority.Host("10.0.0.1", 80));
        assertThat(Authority.parse("user@10.0.0.1:80")).isEqualTo(new Authority.Host("10.0.0.1", 80));
        assertThat(Authority.parse("user@web:80")).isEqualTo(new Authority.Host("web", 80));
        assertThat(Authority.parse("[10.0.0.1]:80")).isEqualTo(new Authority.Host("[10.0.0.1]", 80));
        assertThat(Authority.parse("[web]:80")).isEqualTo(new Authority.Host("[web]", 80));
        assertThat(Authority.parse("[fe80::1%eth0]:80")).isEqualTo(new Authority.Host("[fe80::1%eth0]", 80));
        assertThat(Authority.parse("10.0.0.1:0000080")).isEqualTo(ip("10.0.0.1", 80));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "10.0.0.1",
                "10.0.0.1:",
                "10.0.0.1:65536",
                "10.0.0.1:999999",
                "10.0.0.1:-1",
                "10.0.0.1:+",
                "10.0.0.1:++1",
                "10.0.0.1:8o",
                "10.0.0.1:80/",
                "fd00::1:80",
                "[fd00::1]",
                "[fd00::1:80",
                "fd00::1]:80",
                "we b:80",
                "web/x:80",
                "wéb:80"
            })
    void anythingElseIsNoAuthority(String text) {
        assertThat(Authority.parse(text)).isNull();
    }

    private static Authority ip(String address, int port) {
        return new Authority.Ip(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    }
}
