package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class OnlyOneTest {
    @TempDir
    private Path folder;

    @Test
    void fileThatWasLeftBehindIsTakenOver() throws IOException {
        Path file = Files.writeString(folder.resolve("lock"), "what somebody who was killed wrote");

        try (OnlyOne _ = OnlyOne.of(file, "test")) {
            assertThat(file).exists();
        }

        assertThat(file).doesNotExist();
    }
}
