package mesh.ambit.ztunnel.local;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;

/** The local configuration file is written by hand: whatever is in it is a mesh, or refused with its place. */
@NullMarked
class LocalMeshFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyTextIsAMeshOrRefused(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        LocalMesh mesh;
        try {
            mesh = LocalMesh.parse(text);
        } catch (LocalFileException e) {
            if (e.getMessage() == null || e.getMessage().isBlank()) {
                throw new AssertionError("refused without a reason", e);
            }
            return;
        }
        if (mesh.resources().size() != mesh.workloads().size() + mesh.services().size()) {
            throw new AssertionError("resources got lost");
        }
    }
}
