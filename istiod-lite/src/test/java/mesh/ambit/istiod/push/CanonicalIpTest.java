package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalIpTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "FD00:90:0:0:0:0:0:4, fd00:90::4",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "fe80:0:0:0:0:0:0:0, fe80::",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1"
    })
    void addressHasOneText(String address, String text) {
        assertThat(CanonicalIp.of(InetAddress.ofLiteral(address))).isEqualTo(text);
    }

    @Test
    void mappedAddressEndsAsAnIpv4Address() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 1, 2, 3, (byte) 200};

        assertThat(CanonicalIp.of(Inet6Address.getByAddress(null, mapped, -1))).isEqualTo("::ffff:1.2.3.200");
    }
}
