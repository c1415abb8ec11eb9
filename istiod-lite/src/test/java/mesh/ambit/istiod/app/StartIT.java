package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Starts that cannot succeed: what a person reads, and the exit code. */
class StartIT {
    @TempDir
    Path directory;

    private Path folder;
    private Path state;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(directory.resolve("folder"));
        state = directory.resolve("state");
    }

    @Test
    void missingFolderIsNamed() {
        Outcome outcome = run(directory.resolve("nowhere"));

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.message()).startsWith("istiod-lite: " + directory.resolve("nowhere") + ": ");
        assertThat(state).as("keys of a controller that never ran").doesNotExist();
    }

    @Test
    void takenPortIsNamedWhicheverItIs() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            for (String flag : List.of("--secureGRPCAddr", "--httpAddr", "--monitoringAddr")) {
                Outcome outcome = run(folder, flag + "=" + address);

                assertThat(outcome.exitCode()).isEqualTo(1);
                assertThat(outcome.message())
                        .startsWith("istiod-lite: cannot listen on " + address + ": ")
                        .contains("in use")
                        .hasLineCount(1);
            }
        }
    }

    @Test
    void keyThatIsNoneStopsTheStartAndStays() throws IOException {
        Path key = Files.createDirectories(state.resolve("istiod")).resolve("ca-key.pem");
        Files.writeString(key, "scrambled");

        Outcome outcome = run(folder);

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.message())
                .startsWith("istiod-lite: " + key + ": not a private key")
                .hasLineCount(1);
        assertThat(Files.readString(key)).isEqualTo("scrambled");
    }

    @Test
    void everyWrongFlagIsToldAtOnce() {
        Outcome outcome = run(folder, "--httpAddr=x", "--monitoringAddr=1.2.3.4:99999", "--address=name");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.message().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).startsWith("istiod-lite: invalid flag --"));
    }

    private record Outcome(int exitCode, String message) {}

    private Outcome run(Path folder, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--folder=" + folder,
                "--state=" + state,
                "--secureGRPCAddr=127.0.0.1:0",
                "--httpAddr=127.0.0.1:0",
                "--monitoringAddr=127.0.0.1:0"));
        // A later value of the same flag would be refused as a repetition.
        for (String argument : more) {
            String name = argument.substring(0, argument.indexOf('='));
            arguments.removeIf(present -> present.startsWith(name + "="));
            arguments.add(argument);
        }
        StringWriter errors = new StringWriter();
        int exitCode = new CommandLine(new IstiodLiteCommand())
                .setErr(new PrintWriter(errors))
                .execute(arguments.toArray(String[]::new));
        return new Outcome(exitCode, errors.toString());
    }
}
