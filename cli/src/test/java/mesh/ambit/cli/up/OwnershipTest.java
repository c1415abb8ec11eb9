package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mesh.ambit.config.ExitCode;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnershipTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aSecondMeshIsToldHowToEndTheFirst() {
        assertThat(Ownership.alreadyUp("/run/a\n42\n/shop\n"))
                .isEqualTo("a mesh is already up: folder /shop, state /run/a, process 42; end it with: "
                        + "ambit down --state /run/a");
        assertThat(Ownership.alreadyUp("")).isEqualTo("a mesh is already up");
    }

    @Test
    void whoEndsAMeshThatDoesNotAnswerYetIsToldWhoHasIt() {
        StateFolder state = new StateFolder(Path.of("/run/a"));

        assertThat(Ownership.busy("/run/a\n42\n/shop\n", state))
                .isEqualTo("the mesh of folder /shop does not answer: it is coming up, or ending; wait a little, or "
                        + "end it with: kill 42");
        assertThat(Ownership.busy("/run/b\n42\n/shop\n", state)).endsWith("ambit down --state /run/b");
    }

    @Test
    void thingsThatNoMeshHasMadeAreNotSweptAway() throws IOException {
        StateFolder state = new StateFolder(folder.resolve("project"));
        assertThatCode(() -> Ownership.requireOurs(state)).doesNotThrowAnyException();

        Path log = Files.createDirectories(state.logs()).resolve("of-somebody.log");
        Files.writeString(log, "precious");
        assertThatThrownBy(() -> Ownership.requireOurs(state))
                .hasMessageContaining(state.root() + " holds logs")
                .asInstanceOf(InstanceOfAssertFactories.type(MeshException.class))
                .returns(ExitCode.USAGE, MeshException::exitCode);

        Files.writeString(state.lock(), "of a mesh that was killed");
        assertThatCode(() -> Ownership.requireOurs(state)).doesNotThrowAnyException();
    }

    @Test
    void onlyAMarkedFolderIsThatOfADemo() throws IOException {
        StateFolder state = new StateFolder(folder.resolve("shop"));

        assertThat(state.isDemo(state.makeDemo(42))).isTrue();
        assertThat(state.isDemo(Files.createDirectory(folder.resolve("shop-demo-2024"))))
                .isFalse();
        assertThat(new StateFolder(folder.resolve("other")).isDemo(folder.resolve("shop-demo-42")))
                .isFalse();
    }
}
