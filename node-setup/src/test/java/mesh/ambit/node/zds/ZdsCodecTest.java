package mesh.ambit.node.zds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HexFormat;
import mesh.ambit.node.zds.ZdsRequest.Add;
import mesh.ambit.node.zds.ZdsRequest.Del;
import mesh.ambit.node.zds.ZdsRequest.SnapshotSent;
import org.junit.jupiter.api.Test;

class ZdsCodecTest {
    @Test
    void requestsHaveTheBytesOfTheWire() {
        assertThat(hex(new SnapshotSent())).isEqualTo("1a00");
        assertThat(hex(new Del("u"))).isEqualTo("1203" + "120175");
        assertThat(hex(new Add(new ZdsWorkload("u", "p", "n", "s"))))
                .isEqualTo("0a0e" + "0a0175" + "1209" + "0a0170" + "12016e" + "1a0173");
    }

    @Test
    void answersAreRead() throws InvalidProtocolBufferException {
        assertThat(ZdsCodec.decodeHello(bytes("0801"))).isEqualTo(1);
        assertThat(ZdsCodec.decodeAnswer(bytes("0a00"))).isNull();
        assertThat(ZdsCodec.decodeAnswer(bytes("0a050a036f6f70"))).isEqualTo("oop");
        assertThatThrownBy(() -> ZdsCodec.decodeAnswer(bytes(""))).isInstanceOf(InvalidProtocolBufferException.class);
        assertThatThrownBy(() -> ZdsCodec.decodeAnswer(bytes("ff"))).isInstanceOf(InvalidProtocolBufferException.class);
    }

    @Test
    void longestNamesOfKubernetesFit() {
        ZdsWorkload longest = new ZdsWorkload("u".repeat(36), "p".repeat(253), "n".repeat(63), "s".repeat(253));

        assertThat(ZdsCodec.encode(new Add(longest))).hasSizeLessThan(ZdsCodec.MAX_MESSAGE_BYTES);
    }

    @Test
    void messageThatWouldBeCutIsRefused() {
        assertThatThrownBy(() -> ZdsCodec.encode(new Del("u".repeat(1024))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 1024");
    }

    private static String hex(ZdsRequest request) {
        return HexFormat.of().formatHex(ZdsCodec.encode(request));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
