package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aProgramThatIsNotThereIsMissedInTheCommandsName() throws Exception {
        List<String> command = PodCommand.withPodFiles(
                new StateFolder(folder), "shop", "web", List.of("/no/such/program", "an argument"));
        // What comes before makes a mount namespace, and needs rights for it.
        Process shell = new ProcessBuilder(command.subList(command.indexOf("/bin/sh"), command.size()))
                .redirectErrorStream(true)
                .start();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(shell.waitFor()).isEqualTo(127);
        assertThat(said).startsWith("ambit exec: ").contains("/no/such/program").doesNotContain(folder.toString());
    }

    @Test
    void aPodThatNobodyHasMadeIsNamed() {
        assertThatThrownBy(() -> PodCommand.namespace(new StateFolder(folder), "shop", "web"))
                .isInstanceOf(MeshException.class)
                .hasMessage("no pod shop/web in this mesh");
    }
}
