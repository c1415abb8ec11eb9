package mesh.ambit.xds;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.state.StateException;
import mesh.ambit.wire.TypeUrl;
import org.junit.jupiter.api.Test;

class KeptMeshTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final AtomicInteger changes = new AtomicInteger();
    private final KeptMesh kept = new KeptMesh(() -> NOW, changes::incrementAndGet);

    @Test
    void theBytesComeBackAsTheyWereReceivedUnderstoodOrNot() throws Exception {
        Resource strange = resource("a", "v1", "newer fields of a newer version");
        kept.keep(TypeUrl.ADDRESS, List.of(strange, resource("b", "v1", "")), List.of());
        kept.keep(TypeUrl.ADDRESS, List.of(resource("c", "v2", "")), List.of("b"));
        kept.keep(TypeUrl.AUTHORIZATION, List.of(), List.of());

        List<DeltaDiscoveryResponse> back =
                KeptMesh.decode(kept.current().encode()).responses();

        assertThat(back).extracting(DeltaDiscoveryResponse::getTypeUrl).isEqualTo(TypeUrl.ALL);
        assertThat(back.getFirst().getResourcesList()).containsExactlyInAnyOrder(strange, resource("c", "v2", ""));
        assertThat(kept.current().asOf()).isEqualTo(NOW);
        assertThat(changes).hasValue(3);
    }

    @Test
    void aMeshWithoutItsPoliciesIsNotWhole() {
        kept.keep(TypeUrl.ADDRESS, List.of(), List.of());
        assertThat(kept.current().isWhole()).isFalse();
        kept.keep(TypeUrl.AUTHORIZATION, List.of(), List.of());
        assertThat(kept.current().isWhole()).isTrue();
    }

    @Test
    void whatIsRestoredStaysAsOldAsItWas() {
        Instant then = NOW.minusSeconds(3600);
        kept.restoring(then);
        kept.restored(TypeUrl.ADDRESS, List.of(resource("a", "v1", "")));

        assertThat(kept.current().asOf()).isEqualTo(then);
        assertThat(changes).hasValue(0);
        kept.keep(TypeUrl.ADDRESS, List.of(), List.of());
        assertThat(requireNonNull(kept.current().types().get(TypeUrl.ADDRESS)).keys())
                .containsExactly("a");
        assertThat(kept.current().asOf()).isEqualTo(NOW);
    }

    @Test
    void whatIsNoMeshIsRefused() {
        assertThatThrownBy(() -> KeptMesh.decode(new byte[] {50, 1, 2})).isInstanceOf(StateException.class);
    }

    private static Resource resource(String name, String version, String bytes) {
        return Resource.newBuilder()
                .setName(name)
                .setVersion(version)
                .setResource(Any.newBuilder().setValue(ByteString.copyFromUtf8(bytes)))
                .build();
    }
}
