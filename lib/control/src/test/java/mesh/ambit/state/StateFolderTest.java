package mesh.ambit.state;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
    private static final Instant AS_OF = Instant.parse("2026-11-21T12:00:00Z");
    private static final StateFile MESH =
            new StateFile("mesh", "node-a", AS_OF, "everything".getBytes(StandardCharsets.UTF_8));

    private final Path path;

    StateFolderTest(@TempDir Path parent) {
        path = parent.resolve("state");
    }

    @Test
    void whatIsWrittenIsReadAndNobodyElseMay() throws Exception {
        StateFolder folder = StateFolder.open(path);
        folder.write(MESH);
        folder.write(MESH);

        StateFile read = requireNonNull(StateFolder.open(path).read("mesh", "node-a"));

        assertThat(read.asOf()).isEqualTo(AS_OF);
        assertThat(read.payload()).isEqualTo(MESH.payload());
        assertThat(permissions(path)).isEqualTo("rwx------");
        assertThat(permissions(path.resolve("mesh.state"))).isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(path)) {
            assertThat(files).as("no temporary file is left").hasSize(1);
        }
    }

    @Test
    void twoGenerationsOfAProgramMayWriteAtOnce() throws Exception {
        StateFolder.open(path);
        try (ExecutorService writers = Executors.newFixedThreadPool(2)) {
            Callable<Void> writer = () -> {
                for (int i = 0; i < 100; i++) {
                    StateFolder folder = StateFolder.open(path);
                    folder.write(MESH);
                    assertThat(folder.read("mesh", "node-a"))
                            .as("whole, whoever wrote it")
                            .isNotNull();
                }
                return null;
            };
            for (Future<Void> written : writers.invokeAll(List.of(writer, writer))) {
                written.get();
            }
        }
        assertThat(files()).containsExactly("mesh.state");
    }

    @Test
    void whatAKilledProcessLeftIsRemovedAndWhatIsBeingWrittenIsNot() throws Exception {
        StateFolder.open(path);
        Path left = Files.writeString(path.resolve("certificates.17-3.new"), "half");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(120)));
        Files.writeString(path.resolve("certificates.18-1.new"), "half");

        StateFolder.open(path);

        assertThat(files()).containsExactly("certificates.18-1.new");
    }

    @Test
    void aWriteThatFailsLeavesNothingBehind() throws Exception {
        StateFolder folder = StateFolder.open(path);
        Files.createDirectories(path.resolve("mesh.state").resolve("in the way"));

        assertThatThrownBy(() -> folder.write(MESH)).isInstanceOf(IOException.class);

        assertThat(files()).containsExactly("mesh.state");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whereNothingWasWrittenThereIsNothing() throws Exception {
        assertThat(StateFolder.open(path).read("mesh", "node-a")).isNull();
    }

    @Test
    void aFileThatIsCutShortOrChangedAnywhereIsNotRead() throws Exception {
        StateFolder folder = StateFolder.open(path);
        folder.write(MESH);
        Path file = path.resolve("mesh.state");
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            Files.write(file, Arrays.copyOf(whole, i));
            assertRefused(folder, "mesh.state");
            byte[] changed = whole.clone();
            changed[i] ^= 1;
            Files.write(file, changed);
            assertRefused(folder, "mesh.state");
        }
    }

    @Test
    void anotherNodesStateIsNotOurs() throws Exception {
        StateFolder folder = StateFolder.open(path);
        folder.write(MESH);

        assertThatThrownBy(() -> folder.read("mesh", "node-b"))
                .isInstanceOf(StateException.class)
                .hasMessageContainingAll("mesh.state", "node-a", "node-b");
    }

    @Test
    void aFileThatOthersMayReadOrThatIsALinkIsRefused() throws Exception {
        StateFolder folder = StateFolder.open(path);
        folder.write(MESH);
        Path file = path.resolve("mesh.state");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(folder, "open to others");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Path elsewhere = path.resolve("elsewhere");
        Files.move(file, elsewhere);
        Files.createSymbolicLink(file, elsewhere);
        assertRefused(folder, "not a plain file");
    }

    @Test
    void aFileOfAnotherUserIsRefused() throws Exception {
        StateFolder folder = StateFolder.open(path);
        folder.write(MESH);
        Files.setAttribute(path.resolve("mesh.state"), "unix:uid", 12345);

        assertRefused(folder, "belongs to user 12345");
    }

    @Test
    void aFolderThatOthersMayChangeIsRefused() throws Exception {
        Files.createDirectory(path);
        for (String mode : List.of("rwxrwx---", "rwx---rwx")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
            assertThatThrownBy(() -> StateFolder.open(path)).hasMessageContaining("others may write");
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        Files.setAttribute(path, "unix:uid", 12345);
        assertThatThrownBy(() -> StateFolder.open(path)).hasMessageContaining("belongs to user 12345");
    }

    @Test
    void aLinkToAFolderIsRefused() throws Exception {
        Files.createSymbolicLink(path, path.getParent());

        assertThatThrownBy(() -> StateFolder.open(path)).hasMessageContaining("not a folder");
    }

    private static void assertRefused(StateFolder folder, String text) {
        assertThatThrownBy(() -> folder.read("mesh", "node-a"))
                .isInstanceOf(StateException.class)
                .hasMessageContaining(text);
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
