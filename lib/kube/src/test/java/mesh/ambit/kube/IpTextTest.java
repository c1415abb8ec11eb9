package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpTextTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 0a000001",
        "255.255.255.255, ffffffff",
        "::, 00000000000000000000000000000000",
        "::1, 00000000000000000000000000000001",
        "fd00::1, fd000000000000000000000000000001",
        "FD00::A:0001, fd0000000000000000000000000a0001",
        "1:2:3:4:5:6:7:8, 00010002000300040005000600070008",
        "1:2:3:4:5:6:7::, 00010002000300040005000600070000",
        "::ffff:10.0.0.1, 00000000000000000000ffff0a000001",
        "1:2:3:4:5:6:1.2.3.4, 00010002000300040005000601020304"
    })
    void addressesAreRead(String text, String bytes) {
        assertThat(IpText.parse(text)).isEqualTo(HexFormat.of().parseHex(bytes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "10.1",
                "10.0.0",
                "10.0.0.256",
                "10.0.0.01",
                "10.0.0.1 ",
                " 10.0.0.1",
                "10.0.0.1.2",
                "+1.2.3.4",
                "0x1.2.3.4",
                "localhost",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "fe80::1%eth0",
                "12345::",
                "g::",
                "::1.2.3",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "[::1]",
                "10.0.0.0/8"
            })
    void otherTextsAreNoAddresses(String text) {
        assertThat(IpText.parse(text)).isNull();
    }
}
