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
        assertThat(Authority.parse("[::ffff:10.0.0.1]:8080")).isEqualTo(ip("10.0.0.1", 8080));
        assertThat(Authority.parse("web.shop:80")).isEqualTo(new Authority.Host("web.shop", 80));
        assertThat(Authority.parse("Web.shop:0")).isEqualTo(new Authority.Host("Web.shop", 0));
        assertThat(Authority.parse("10.0.0:80")).isEqualTo(new Authority.Host("10.0.0", 80));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "10.0.0.1",
                "10.0.0.1:",
                "10.0.0.1:65536",
                "10.0.0.1:999999",
                "10.0.0.1:-1",
                "10.0.0.1:+1",
                "10.0.0.1:8o",
                "10.0.0.1:80/",
                "fd00::1:80",
                "[fd00::1]",
                "[fd00::1:80",
                "fd00::1]:80",
                "[10.0.0.1]:80",
                "[web]:80",
                "[fe80::1%eth0]:80",
                "user@web:80",
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
