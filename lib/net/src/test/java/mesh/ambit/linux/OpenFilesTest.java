package mesh.ambit.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFilesTest {
    @TempDir
    private Path folder;

    @Test
    void fileThatWasRemovedIsNotTheOneThatIsThere() throws IOException {
        Path file = folder.resolve("lock");
        assertThat(OpenFiles.have(file)).as("nothing there").isFalse();
        try (FileChannel _ = open(file)) {
            assertThat(OpenFiles.have(file)).isTrue();

            Files.delete(file);
            assertThat(OpenFiles.have(file)).as("removed").isFalse();

            Files.createFile(file);
            assertThat(OpenFiles.have(file)).as("somebody else's").isFalse();

            try (FileChannel _ = open(file)) {
                assertThat(OpenFiles.have(file)).as("opened again").isTrue();
            }
        }
        assertThat(OpenFiles.have(file)).as("closed").isFalse();
    }

    @Test
    void limitIsThatOfThisProcess() {
        assertThat(ManagementFactory.getOperatingSystemMXBean())
                .isInstanceOfSatisfying(
                        UnixOperatingSystemMXBean.class,
                        bean -> assertThat(OpenFiles.limit()).isEqualTo(bean.getMaxFileDescriptorCount()));
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
}
