package mesh.ambit.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

final class StartPagesTest {
    @Test
    void whatTheStartTouchedIsResidentNoMoreAndTheProgramGoesOn() throws Exception {
        long before = residentFiles();

        StartPages.releaseAfter(List.of(Duration.ZERO, Duration.ofMillis(1)));

        // Code that this test runs comes back at once; most of what the JVM started with does not.
        await(() -> residentFiles() < before - 2048);
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("ambit-start-pages")));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; !condition.getAsBoolean(); i++) {
            assertThat(i).as("tries, ten milliseconds each").isLessThan(6000);
            Thread.sleep(10);
        }
    }

    private static long residentFiles() {
        for (String line : status()) {
            if (line.startsWith("RssFile:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new AssertionError("the kernel does not tell");
    }

    private static List<String> status() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
