package mesh.ambit.cli.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import mesh.ambit.cli.ca.AuthorityAnswer.Status;
import mesh.ambit.cli.ca.AuthorityAnswer.Waiting;
import mesh.ambit.cli.up.MeshException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityAnswerTest {
    @TempDir
    Path state;

    @Test
    void withoutAControllerTheFolderIsNamed() throws Exception {
        assertThatThrownBy(() -> AuthorityAnswer.ask(state, "status", Status.class))
                .isInstanceOf(MeshException.class)
                .hasMessage("no controller runs with the state folder " + state);

        // Not a socket: what a controller that was killed, or somebody else, has left there.
        Files.createFile(Files.createDirectory(state.resolve("istiod")).resolve("ca.sock"));
        assertThatThrownBy(() -> AuthorityAnswer.ask(state, "status", Status.class))
                .isInstanceOf(MeshException.class)
                .hasMessageContaining("no controller runs");
    }

    @Test
    void whoWouldBeLeftBehindIsListedUpToALimit() {
        List<Waiting> waiting = IntStream.range(0, 25)
                .mapToObj(i -> new Waiting(i == 0 ? "" : "web-" + i, "2026-11-22T12:00:00Z", "does not trust root a"))
                .toList();

        List<String> lines = AuthorityAnswer.lines(waiting);

        assertThat(lines).hasSize(22).first().asString().startsWith("HOLDER");
        assertThat(lines.get(1)).startsWith("(somebody)").endsWith("does not trust root a");
        assertThat(lines.getLast()).isEqualTo("… and 5 more");
    }
}
