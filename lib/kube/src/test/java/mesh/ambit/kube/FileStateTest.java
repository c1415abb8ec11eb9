package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStateTest {
    private static final Instant LONG_AFTER = Instant.parse("2100-01-01T00:00:00Z");

    @TempDir
    private Path folder = Path.of("");

    /** Whoever is given the right to read a file, or a disk that answers again, changes neither its size nor its time. */
    @Test
    void aFileThatCouldNotBeReadIsReadWhenItCanBeThoughItLooksTheSame() throws Exception {
        Path file = Files.createDirectory(folder.resolve("a.yaml"));
        BasicFileAttributes same = Files.readAttributes(file, BasicFileAttributes.class);
        FileState state = new FileState(file, Reading.CHECKED);
        state.refresh(same, LONG_AFTER);
        assertThat(state.problems()).extracting(Problem::code).containsExactly(ProblemCode.FILE_UNREADABLE);
        Files.delete(file);
        Files.writeString(file, "{apiVersion: v1, kind: Namespace, metadata: {name: a}}");

        assertThat(state.refresh(same, LONG_AFTER)).isTrue();

        assertThat(state.problems()).isEmpty();
        assertThat(state.good()).hasSize(1);
    }
}
