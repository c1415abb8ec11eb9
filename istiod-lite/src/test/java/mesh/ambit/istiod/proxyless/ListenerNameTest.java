package mesh.ambit.istiod.proxyless;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ListenerNameTest {
    @Test
    void readsHostsPortsAndAddresses() {
        assertThat(ListenerName.parse("web.shop:80")).isEqualTo(new ListenerName("web.shop", 80, false));
        assertThat(ListenerName.parse("web")).isEqualTo(new ListenerName("web", 0, false));
        assertThat(ListenerName.parse("xds.istio.io/grpc/lds/inbound/[::]:50051"))
                .isEqualTo(new ListenerName("::", 50051, true));
        assertThat(ListenerName.parse("xds.istio.io/grpc/lds/inbound/0.0.0.0:50051"))
                .isEqualTo(new ListenerName("0.0.0.0", 50051, true));
    }

    @Test
    void whatIsNoNameIsNone() {
        for (String text : new String[] {
            "", "a:", "a:0", "a:65536", "a:-1", "[::1", "[::1]80", "xds.istio.io/grpc/lds/inbound/a", "x".repeat(600)
        }) {
            assertThat(ListenerName.parse(text)).as(text).isNull();
        }
        for (String text :
                new String[] {"", "outbound|", "outbound|80|", "outbound|80||", "outbound|x||h", "inbound|80||h"}) {
            assertThat(ClusterName.parse(text)).as(text).isNull();
        }
    }

    @Test
    void whateverAClientWritesIsANameOrNone() {
        Random random = new Random(3);
        String alphabet = "a1:|[].outbound/%\u00e9\u0000";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "outbound|" : "");
            for (int length = random.nextInt(12); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            ListenerName listener = ListenerName.parse(text.toString());
            assertThat(listener == null || listener.port() <= 65_535).isTrue();
            ClusterName name = ClusterName.parse(text.toString());
            if (name != null) {
                assertThat(ClusterName.parse(name.toString())).isEqualTo(name);
            }
        }
    }
}
