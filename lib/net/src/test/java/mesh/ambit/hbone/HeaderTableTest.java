package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A peer that changes how large the table may be from which our header blocks take their fields. */
class HeaderTableTest {
    private static final String NONE = "000100000000";
    private static final String DEFAULT = "000100001000";

    /** RFC 7541, 6.3: a size of zero, then one of 4,096. */
    private static final String EMPTIED_AND_BACK = "20" + "3fe11f";

    @RegisterExtension
    final ServerEnd server = new ServerEnd();

    private final RawPeer peer = server.peer;

    private void settings(String... parameters) {
        peer.sendHex("%06x".formatted(6 * parameters.length) + "040000000000" + String.join("", parameters));
    }

    /** Opens a stream, and returns the block of its answer. */
    private String answer(int streamId) {
        peer.received();
        peer.send(peer.connect(streamId));
        List<String> frames = peer.received();
        return frames.getFirst().split(" ", -1)[2];
    }

    @Test
    void changesOfMindAreToldOnceAndNotKept() {
        server.acceptAtOnce = true;
        server.start();
        String plain = answer(1);

        for (int i = 0; i < 1_000; i++) {
            settings(NONE);
            settings(DEFAULT);
        }

        assertThat(answer(3)).isEqualTo(EMPTIED_AND_BACK + plain);
        assertThat(answer(5)).isEqualTo(plain);
    }

    @Test
    void smallestSizeOfOneFrameIsToldToo() {
        server.acceptAtOnce = true;
        server.start();
        String plain = answer(1);

        settings(NONE, DEFAULT);

        assertThat(answer(3)).isEqualTo(EMPTIED_AND_BACK + plain);
    }
}
