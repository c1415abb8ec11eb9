package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshLockTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void theSecondIsToldWhoHasIt() throws Exception {
        Path file = folder.resolve("lock");

        try (MeshLock _ = MeshLock.take(file, "the first")) {
            assertThatThrownBy(() -> MeshLock.take(file, "the second"))
                    .isInstanceOf(MeshLock.HeldException.class)
                    .hasMessage("the first");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void theKernelHoldsTheLockForOtherProcessesToo() throws Exception {
        Path file = folder.resolve("lock");

        try (MeshLock _ = MeshLock.take(file, "me")) {
            // A descriptor of ours that was opened and closed meanwhile would have given it back without a word.
            String held = ":" + Files.getAttribute(file, "unix:ino") + " ";
            assertThat(Files.readString(Path.of("/proc/locks"))).contains(held);
        }
    }

    @Test
    void whatADeadOwnerWroteIsKnownToTheNext() throws Exception {
        Path file = folder.resolve("lock");
        Files.writeString(file, "a dead one");

        try (MeshLock lock = MeshLock.take(file, "me")) {
            assertThat(lock.leftBehind()).isEqualTo("a dead one");
            assertThat(file).hasContent("me");
        }
    }

    @Test
    void aShorterOwnerLeavesNothingOfTheLongerOneBefore() throws Exception {
        Path file = folder.resolve("lock");
        Files.writeString(file, "somebody with a long name");

        try (MeshLock _ = MeshLock.take(file, "me")) {
            assertThat(file).hasContent("me");
        }
    }
}
