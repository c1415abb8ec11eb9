package mesh.ambit.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketTableTest {
    private static final InetAddress POD = InetAddress.ofLiteral("10.77.1.10");
    private static final String HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n";

    @Test
    void establishedConnectionsAreReadInBothFamilies() {
        String text = HEAD
                + "   0: 0100007F:3A99 0A014D0A:C350 01 00000000:00000000 00:00000000 00000000     0        0 1 1\n"
                + "   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1\n"
                + "   2: 000077FD000000000000000001000000:0050 000077FD000000000000000002000000:C351 01 0:0 0 0\n";

        assertThat(SocketTable.parse(text).connections())
                .extracting(SocketTable.Connection::toString)
                .containsExactly(
                        "127.0.0.1:15001 -> 10.77.1.10:50000", "[fd77:0:0:0:0:0:0:1]:80 -> [fd77:0:0:0:0:0:0:2]:50001");
    }

    @Test
    void capturedAreThoseAcceptedByTheProxyAndThoseItOpensForPeers() {
        SocketTable table = table(
                "127.0.0.1:15001 10.77.1.10:50000",
                "10.77.1.10:15006 10.77.1.11:50000",
                "10.77.1.10:15008 10.77.1.11:50001",
                "10.77.1.11:40000 10.77.1.10:8080",
                "10.77.1.10:8080 10.77.1.11:40000",
                "10.77.1.10:50000 10.77.1.11:80");

        assertThat(table.captured(List.of(POD))).isEqualTo(3);
    }

    @Test
    void foreignAreThoseThatNoProxyHas() {
        SocketTable table = table(
                "127.0.0.1:15001 10.77.1.10:50000",
                "127.0.0.1:50000 127.0.0.1:80",
                "10.77.1.10:15006 10.77.1.11:50000",
                "10.77.1.10:50000 10.77.1.11:80");

        assertThat(table.foreign())
                .extracting(SocketTable.Connection::toString)
                .containsExactly("10.77.1.10:50000 -> 10.77.1.11:80");
    }

    private static SocketTable table(String... pairs) {
        StringBuilder text = new StringBuilder(HEAD);
        for (String pair : pairs) {
            String[] ends = pair.split(" ", 2);
            text.append("0: ")
                    .append(hex(ends[0]))
                    .append(' ')
                    .append(hex(ends[1]))
                    .append(" 01 \n");
        }
        return SocketTable.parse(text.toString());
    }

    private static String hex(String end) {
        int colon = end.lastIndexOf(':');
        byte[] ip = InetAddress.ofLiteral(end.substring(0, colon)).getAddress();
        return String.format(
                "%02X%02X%02X%02X:%04X", ip[3], ip[2], ip[1], ip[0], Integer.parseInt(end.substring(colon + 1)));
    }
}
