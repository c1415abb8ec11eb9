package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final SpiffeId WEB = new SpiffeId("td", "a", "b");
    /** {@code spiffe://td/ns/a/sa/b} in a field of type 0xd0. */
    private static final String WEB_TLV = "d00015" + "7370696666653a2f2f74642f6e732f612f73612f62";

    @Test
    void ipv4() {
        assertThat(hex("10.0.0.1", 4660, "10.0.0.2", 80, null))
                .isEqualTo(SIGNATURE + "2111000c" + "0a000001" + "0a000002" + "1234" + "0050");
    }

    @Test
    void ipv6WithIdentity() {
        assertThat(hex("fd00::1", 4660, "fd00::2", 65535, WEB))
                .isEqualTo(SIGNATURE + "2121003c" + "fd000000000000000000000000000001"
                        + "fd000000000000000000000000000002" + "1234" + "ffff" + WEB_TLV);
    }

    @Test
    void mixedFamiliesTellTheIdentityAlone() {
        assertThat(hex("10.0.0.1", 4660, "fd00::2", 80, WEB)).isEqualTo(SIGNATURE + "21010018" + WEB_TLV);
        assertThat(hex("fd00::2", 4660, "10.0.0.1", 80, null)).isEqualTo(SIGNATURE + "21010000");
    }

    private static String hex(
            String source, int sourcePort, String destination, int destinationPort, @Nullable SpiffeId identity) {
        ByteBuf header = new ProxyHeader(address(source, sourcePort), address(destination, destinationPort), identity)
                .encode(UnpooledByteBufAllocator.DEFAULT);
        try {
            return ByteBufUtil.hexDump(header);
        } finally {
            header.release();
        }
    }

    private static InetSocketAddress address(String ip, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
    }
}
