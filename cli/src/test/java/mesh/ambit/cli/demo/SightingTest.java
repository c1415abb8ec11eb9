package mesh.ambit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SightingTest {
    private static final String SECRET = "card=1";

    private static byte[] ipv4(int source, int destination, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(54 + payload.length);
        frame.putShort(12, (short) 0x0800).put(14, (byte) 0x45).putShort(16, (short) (40 + payload.length));
        frame.put(23, (byte) 6).putShort(34, (short) source).putShort(36, (short) destination);
        frame.put(46, (byte) 0x50).put(54, payload);
        return frame.array();
    }

    private static byte[] ipv6(int source, int destination, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(74 + payload.length);
        frame.putShort(12, (short) 0x86DD)
                .putShort(18, (short) (20 + payload.length))
                .put(20, (byte) 6);
        frame.putShort(54, (short) source).putShort(56, (short) destination);
        frame.put(66, (byte) 0x50).put(74, payload);
        return frame.array();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aReadableSecretIsSeenOnAnyPortAndFamily() {
        assertThat(Sighting.of(ipv4(4000, 15008, text("GET /?card=1 HTTP/1.1")), SECRET)
                        .kind())
                .isEqualTo(Sighting.Kind.SECRET);
        assertThat(Sighting.of(ipv6(4000, 8080, text("GET /?card=1 HTTP/1.1")), SECRET)
                        .kind())
                .isEqualTo(Sighting.Kind.SECRET);
    }

    @Test
    void plaintextOfTheServicesIsSeenWithoutTheSecretToo() {
        assertThat(Sighting.of(ipv4(8080, 4000, text("HTTP/1.1 200 OK")), SECRET))
                .isEqualTo(new Sighting(Sighting.Kind.PLAINTEXT, 15));
    }

    @Test
    void tlsRecordsAreToldFromOtherBytesOfATunnel() {
        assertThat(Sighting.of(ipv4(4000, 15008, new byte[] {23, 3, 3, 0, 9}), SECRET)
                        .kind())
                .isEqualTo(Sighting.Kind.TLS);
        assertThat(Sighting.of(ipv4(15008, 4000, new byte[] {99, 3, 3, 0, 9}), SECRET)
                        .kind())
                .isEqualTo(Sighting.Kind.TUNNEL);
    }

    @Test
    void framesWithoutDataOrOfOthersAreNothing() {
        assertThat(Sighting.of(ipv4(4000, 8080, new byte[0]), SECRET).kind()).isEqualTo(Sighting.Kind.NOTHING);
        assertThat(Sighting.of(ipv4(4000, 15012, text("x")), SECRET).kind()).isEqualTo(Sighting.Kind.NOTHING);
        assertThat(Sighting.of(new byte[20], SECRET).kind()).isEqualTo(Sighting.Kind.NOTHING);
    }

    @Test
    void aFrameThatWasCutOffIsNothingOrWhatIsThere() {
        byte[] whole = ipv4(4000, 8080, text("GET / HTTP/1.1"));
        for (int length = 0; length < whole.length; length++) {
            Sighting seen = Sighting.of(Arrays.copyOf(whole, length), SECRET);
            assertThat(seen.bytes()).isLessThanOrEqualTo(14);
        }
    }
}
