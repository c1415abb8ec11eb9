package mesh.ambit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "2001:db8:0:0:0:0:0:1, 2001:db8::1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:0:2:3:0:0:4, 1::2:3:0:0:4",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
        "fe80:0:0:0:0:0:0:0, fe80::"
    })
    void ipv6IsWrittenInItsShortestForm(String address, String text) {
        assertThat(Addresses.print(InetAddress.ofLiteral(address))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "0.0.0.0", "255.255.255.255", "::", "fd00::1", "::1.2.3.4", "FD00:0:0::A"})
    void addressIsReadAsItIsWritten(String text) {
        assertThat(Addresses.parse(text)).isEqualTo(InetAddress.ofLiteral(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "10.0",
                "10.0.0",
                "10.0.0.256",
                "010.0.0.1",
                "10.0.0.1 ",
                "10..0.1",
                "1.2.3.4.5",
                "a.b.c.d",
                "[::1]",
                "fe80::1%lo",
                ":",
                ":::",
                "fd00::1::2",
                "host"
            })
    void whatIsLikeAnAddressIsNone(String text) {
        assertThat(Addresses.parse(text)).isNull();
    }

    @Test
    void socketAddressHasBracketsAroundIpv6() {
        assertThat(Addresses.print(new InetSocketAddress(InetAddress.ofLiteral("fd00::1"), 80)))
                .isEqualTo("[fd00::1]:80");
        assertThat(Addresses.print(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 80)))
                .isEqualTo("10.0.0.1:80");
    }

    @Test
    void mappedAddressBecomesPlainIpv4() throws Exception {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff, 10, 0, 0, 1};
        InetAddress address = Inet6Address.getByAddress(null, mapped, -1);

        assertThat(Addresses.canonical(address)).isEqualTo(InetAddress.ofLiteral("10.0.0.1"));
    }

    @Test
    void maskKeepsThePrefix() {
        assertThat(Addresses.masked(InetAddress.ofLiteral("10.1.255.7"), 20))
                .isEqualTo(InetAddress.ofLiteral("10.1.240.0"));
        assertThat(Addresses.masked(InetAddress.ofLiteral("10.1.2.3"), 0)).isEqualTo(InetAddress.ofLiteral("0.0.0.0"));
    }
}
