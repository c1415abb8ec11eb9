package mesh.ambit.perf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import mesh.ambit.config.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--only nothing | --only nothing: no such measure",
                "--subjects envoy | --subjects envoy: unknown",
                "--rounds 0 | --rounds 0: expected at least 1",
                "--seconds 0 | --seconds 0.0: expected more than 0",
                "--workloads -1 | --workloads -1: expected 0 to 10000",
                "--peer upstream | --peer",
                "--peer ambit=x | --peer ambit: is taken",
                "--peer a/b=x | --peer a/b: expected letters, digits and hyphens",
                "-o xml | xml",
                "--subjects ambit,direct,ambit | --subjects ambit,direct,ambit: expected each of them once",
                "soak --minutes 0 | --minutes 0.0: expected more than 0",
                "soak --output xml | xml",
                "controller --clients 0 | --clients 0: expected a number above 0",
                "controller --pods 10,-1 | --pods -1: expected a number above 0",
                "controller --rates 0 | --rates 0.0: expected a number above 0",
                "controller --seconds 0 | --seconds 0: expected a number above 0",
            })
    void whatMakesNoSenseIsRefusedBeforeAnythingIsMade(String arguments, String words) {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .startsWith("ambit bench")
                .contains(words)
                .contains("Try: ambit bench")
                .doesNotContain("Usage:");
    }

    @Test
    void helpNamesWhatThereIs() {
        assertThat(run("--help")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("--peer", "--only", "--report", "--quick", "soak", "jmh")
                .startsWith("Usage: ambit bench ");
    }

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }
}
