package mesh.ambit.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import mesh.ambit.ca.KeptCertificates;
import mesh.ambit.xds.KeptMesh;

/** Whatever a file on disk holds, it is read or refused. */
class StateFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void anyFileIsReadOrRefused(byte[] bytes) {
        try {
            StateFile file = StateFile.decode(bytes);
            assertThat(StateFile.decode(file.encode()).payload()).isEqualTo(file.payload());
        } catch (StateException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    @FuzzTest(maxDuration = "1m")
    void anyPayloadIsAMeshOrRefused(byte[] bytes) {
        try {
            assertThat(KeptMesh.decode(bytes).size()).isNotNegative();
        } catch (StateException e) {
            assertThat(e).hasMessageContaining("not readable as a mesh");
        }
    }

    @FuzzTest(maxDuration = "1m")
    void anyPayloadIsCertificatesOrRefused(byte[] bytes) {
        try {
            assertThat(KeptCertificates.decode(bytes)).doesNotContainNull();
        } catch (IOException e) {
            assertThat(e.getMessage() == null || !e.getMessage().isEmpty()).isTrue();
        }
    }
}
