package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSetupTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aFolderThatIsMadeForTheSocketIsPrivate() throws IOException {
        Path made = folder.resolve("nodes").resolve("local");

        NodeSetup.makePrivate(made);
        NodeSetup.makePrivate(made);

        assertThat(permissions(made)).isEqualTo("rwx------");
    }

    @Test
    void aFolderThatWasThereIsSomebodyElsesAndStaysAsItIs() throws IOException {
        Path run = folder.resolve("run");
        Files.createDirectory(run);
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-xr-x"));

        NodeSetup.makePrivate(run);

        assertThat(permissions(run)).isEqualTo("rwxr-xr-x");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
