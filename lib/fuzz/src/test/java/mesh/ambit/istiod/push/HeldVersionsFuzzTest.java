package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayOutputStream;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import org.jspecify.annotations.NullMarked;

/** What a client says that it holds is read in place; whatever the bytes, it says what the general reader would read. */
@NullMarked
class HeldVersionsFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void whatIsReadInPlaceIsWhatTheGeneralReaderReads(byte[] bytes) throws InvalidProtocolBufferException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        HeldVersions held = HeldVersions.find(bytes, rest);
        if (held == null) {
            return;
        }
        DeltaDiscoveryRequest whole;
        try {
            whole = DeltaDiscoveryRequest.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            assertThatThrownBy(() -> DeltaDiscoveryRequest.parseFrom(rest.toByteArray()))
                    .isInstanceOf(InvalidProtocolBufferException.class);
            return;
        }
        assertThat(held.asMap()).isEqualTo(whole.getInitialResourceVersionsMap());
        assertThat(held.isEmpty())
                .isEqualTo(whole.getInitialResourceVersionsMap().isEmpty());
        for (String name : whole.getInitialResourceVersionsMap().keySet()) {
            assertThat(held.contains(name)).isTrue();
        }
        assertThat(DeltaDiscoveryRequest.parseFrom(rest.toByteArray()))
                .isEqualTo(whole.toBuilder().clearInitialResourceVersions().build());
    }
}
