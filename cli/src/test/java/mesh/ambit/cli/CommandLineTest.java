package mesh.ambit.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine line =
            Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    static Set<String> commands() {
        return new TreeSet<>(Main.commandLine().getSubcommands().keySet());
    }

    @Test
    void helpShowsEveryCommandInAGroup() {
        assertThat(HelpPage.shown()).isEqualTo(commands());
        assertThat(line.execute("--help")).isZero();
        assertThat(out.toString()).contains("Mesh:", "Look:", "Programs:", "Develop:", "Examples:");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandExplainsItselfAndKnowsItsVersion(String command) {
        assertThat(line.execute(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: ambit " + command);
        assertThat(line.execute(command, "--version")).isZero();
        assertThat(out.toString()).contains("ambit 0.1");
    }

    @Test
    void anUnknownCommandIsAnsweredWithASuggestion() {
        assertThat(line.execute("dmo")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no command dmo").contains("Did you mean: ambit demo?");
    }

    @Test
    void helpForAnUnknownCommandIsAnsweredWithASuggestionToo() {
        assertThat(line.execute("dmo", "--help")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no command dmo").contains("Did you mean: ambit demo?");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aWrongChoiceIsAnsweredWithTheWordsThatPeopleType() {
        assertThat(line.execute("status", "-o", "xml")).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("ambit status: Invalid value for option '--output': 'xml' (expected: table, json, yaml)");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void linesOfHelpThatAreSetByHandFitATerminal(String command) {
        CommandLine.Model.UsageMessageSpec page = requireNonNull(
                        line.getSubcommands().get(command))
                .getCommandSpec()
                .usageMessage();

        // Longer ones would be wrapped, which breaks examples and tables.
        assertThat(page.footer())
                .allSatisfy(text -> assertThat(text.length()).as(text).isLessThanOrEqualTo(80));
    }

    @Test
    void theControllerIsReadAloneAndExplainsItselfAsAmongAll() {
        CommandLine alone = Main.commandLine(new String[] {"istiod-lite", "--help"});
        StringWriter outAlone = new StringWriter();
        assertThat(alone.getSubcommands()).containsOnlyKeys("istiod-lite");
        assertThat(alone.setOut(new PrintWriter(outAlone)).execute("istiod-lite", "--help"))
                .isZero();
        assertThat(line.execute("istiod-lite", "--help")).isZero();
        assertThat(outAlone.toString()).isEqualTo(out.toString());
    }

    @Test
    void withoutACommandTheHelpIsShown() {
        assertThat(line.execute()).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: ambit");
    }

    @Test
    void aMissingFolderIsNamedAndNothingIsDone() {
        assertThat(line.execute("up", "/no/such/folder")).isEqualTo(2);
        assertThat(err.toString()).contains("/no/such/folder").doesNotContain("Exception");
    }
}
