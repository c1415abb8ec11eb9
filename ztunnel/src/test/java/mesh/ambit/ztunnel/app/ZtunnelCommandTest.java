package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import mesh.ambit.config.ExitCode;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the program does with words after its name; upstream's chart passes some. */
class ZtunnelCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new ZtunnelCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Test
    void versionAndHelpAreWordsToo() {
        assertThat(run("version")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("ambit ");

        assertThat(run("help")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("XDS_ADDRESS");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void anUnknownCommandIsNamed() {
        assertThat(run("serve", "ztunnel")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).startsWith("unknown command: serve").contains("COMMAND");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aStartThatIsNotPossibleEndsWithOne() throws Exception {
        assertThat(new Daemon(new PrintWriter(err)).run(Map.of("IPV6_ENABLED", "perhaps")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("invalid env var IPV6_ENABLED=perhaps");
    }
}
