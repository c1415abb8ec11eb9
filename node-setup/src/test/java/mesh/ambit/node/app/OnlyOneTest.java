package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class OnlyOneTest {
    @TempDir
    private Path folder;

    @Test
    void fileThatWasLeftBehindIsTakenOver() throws IOException {
        Path file = Files.writeString(
                folder.resolve("lock"), "what somebody who was killed wrote, longer than ours is ".repeat(3));

        try (OnlyOne _ = OnlyOne.of(file, "test")) {
            assertThat(file).content().startsWith(ProcessHandle.current().pid() + " ");
        }

        assertThat(file).doesNotExist();
    }

    @Test
    void lockOnAFileThatWasRemovedIsNone() throws IOException {
        Path file = folder.resolve("lock");
        try (FileChannel old = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(OnlyOne.isThere(file, old)).isTrue();

            Files.delete(file);
            assertThat(OnlyOne.isThere(file, old)).as("removed").isFalse();

            try (FileChannel next = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                assertThat(OnlyOne.isThere(file, next)).as("another one").isTrue();
                assertThat(OnlyOne.isThere(file, old)).as("the old one").isFalse();
            }
        }
    }
}
