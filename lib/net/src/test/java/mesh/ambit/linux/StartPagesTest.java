package mesh.ambit.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.Test;

final class StartPagesTest {
    @Test
    void whatTheStartTouchedIsResidentNoMoreAndTheProgramGoesOn() throws Exception {
        long before = residentFiles();

        StartPages.releaseAfter(List.of(Duration.ZERO, Duration.ofMillis(1)));

        // Code that this test runs comes back at once; most of what the JVM started with does not.
        Await.until("files take 2 MiB less", () -> residentFiles() < before - 2048);
        Await.until(
                "the thread has ended",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("ambit-start-pages")));
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
