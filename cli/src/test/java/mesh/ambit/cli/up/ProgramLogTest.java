package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramLogTest {
    @TempDir
    private Path folder = Path.of("");

    private static ByteArrayInputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keepsWhatWasWrittenAndTellsTheLastLines() throws IOException {
        ProgramLog log = new ProgramLog(folder.resolve("x.log"));

        log.copy(text("one\ntwo\nthree\n"));

        assertThat(log.tail(2)).containsExactly("two", "three");
        assertThat(log.tail(9)).containsExactly("one", "two", "three");
    }

    @Test
    void nothingWrittenIsNoLine() {
        assertThat(new ProgramLog(folder.resolve("x.log")).tail(5)).isEmpty();
    }

    @Test
    void aChattyProgramKeepsTwoFilesOfLimitedSize() throws IOException {
        ProgramLog log = new ProgramLog(folder.resolve("x.log"), 10_000);

        log.copy(text("0123456789\n".repeat(20_000)));

        assertThat(Files.size(folder.resolve("x.log"))).isLessThan(20_000);
        assertThat(Files.size(folder.resolve("x.log.1"))).isLessThan(20_000);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void whatCannotBeWrittenIsLostAndCountedAndTheProgramIsReadOn() throws IOException {
        Path later = folder.resolve("later");
        ProgramLog log = new ProgramLog(later.resolve("x.log"));

        log.copy(new SequenceInputStream(text("early\n"), new FilterInputStream(text("late\n")) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                makeFolder(later);
                return super.read(bytes, offset, length);
            }
        }));

        assertThat(log.tail(9)).containsExactly("6 bytes of output are missing here", "late");
    }

    @Test
    void whereTheOldLinesCannotBeKeptTheFileStaysSmallAndSaysHowMuchIsGone() throws IOException {
        Files.createDirectories(folder.resolve("x.log.1/in-the-way"));
        ProgramLog log = new ProgramLog(folder.resolve("x.log"), 10_000);

        log.copy(text("0123456789\n".repeat(2_000)));

        List<String> lines = Files.readAllLines(folder.resolve("x.log"));
        long kept = lines.stream().filter(line -> !line.contains("missing")).count() * 11;
        assertThat(lines.getFirst()).isEqualTo(16_384 + " bytes of output are missing here");
        assertThat(kept).isBetween(22_000L - 16_384 - 11, 22_000L - 16_384 + 11);
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
