package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTokensTest {
    @TempDir
    Path state;

    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private NodeTokens tokens;

    @BeforeEach
    void makeTokens() {
        tokens = new NodeTokens(TokenIssuer.loadOrCreate(state.resolve("istiod")), "istio-ca", state, () -> now);
    }

    @Test
    void eachNodeHasAFileForItsOwnerOnly() throws IOException {
        tokens.refresh(List.of("node-a", "node-b"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("node-a"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file("node-b"))).isNotEqualTo(Files.readString(file("node-a")));
    }

    @Test
    void tokenIsRenewedAtHalfOfItsLifeAndNotBefore() throws IOException {
        tokens.refresh(List.of("node-a"));
        String first = Files.readString(file("node-a"));

        now = now.plus(Duration.ofMinutes(29));
        tokens.refresh(List.of("node-a"));
        assertThat(Files.readString(file("node-a"))).isEqualTo(first);

        now = now.plus(Duration.ofMinutes(1));
        tokens.refresh(List.of("node-a"));
        assertThat(Files.readString(file("node-a"))).isNotEqualTo(first);
    }

    @Test
    void nameThatLeavesTheFolderGetsNothing() {
        tokens.refresh(List.of("../../evil", "UPPER", ""));

        assertThat(state.resolve("nodes")).doesNotExist();
    }

    @Test
    void failedWriteIsTriedAgain() throws IOException {
        Path blocker = Files.writeString(state.resolve("nodes"), "in the way");
        tokens.refresh(List.of("node-a"));

        Files.delete(blocker);
        tokens.refresh(List.of("node-a"));

        assertThat(file("node-a")).exists();
    }

    private Path file(String node) {
        return state.resolve("nodes").resolve(node).resolve("token");
    }
}
