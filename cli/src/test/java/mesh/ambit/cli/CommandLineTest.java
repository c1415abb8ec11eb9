package mesh.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    static Stream<CommandLine> allCommands() {
        return below(Main.commandLine());
    }

    private static Stream<CommandLine> below(CommandLine command) {
        return command.getSubcommands().values().stream().flatMap(each -> Stream.concat(Stream.of(each), below(each)));
    }

    @ParameterizedTest
    @MethodSource("allCommands")
    void linesOfHelpThatAreSetByHandFitATerminal(CommandLine command) {
        // Longer ones would be wrapped, which breaks examples and tables.
        assertThat(command.getCommandSpec().usageMessage().footer())
                .allSatisfy(text -> assertThat(text.length()).as(text).isLessThanOrEqualTo(80));
    }

    @Test
    void theFirstPageFitsATerminal() {
        line.setUsageHelpAutoWidth(false);
        assertThat(line.execute("--help")).isZero();

        assertThat(out.toString().lines())
                .allSatisfy(text -> assertThat(text.length()).as(text).isLessThanOrEqualTo(80));
        assertThat(out.toString()).containsPattern("\n  status {15}Shows .*\n {23}\\S");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "up shop --ztunnel foo | ambit up: Invalid value for option '--ztunnel': 'foo' (expected:"
                        + " NODE=COMMAND)",
                "down now | ambit down: Unexpected argument: 'now'",
                "analyze a b c | ambit analyze: Unexpected argument: 'b', 'c'",
                "debug xds --type nope | ambit: --type nope: no such type (expected: address, authorization, workload, or a type URL)",
                "create-remote-secret --kubeconfig /no/file | ambit: kubeconfig /no/file is not there or not readable"
            })
    void whatIsWrongIsSaidInTheWordsOfTheHelp(String arguments, String answer) {
        assertThat(line.execute(arguments.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith(answer + System.lineSeparator());
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
    void anArgumentThatBeginsWithAnAtSignIsItselfAndNotAFileOfArguments(@TempDir Path folder) throws IOException {
        Path body = Files.writeString(folder.resolve("body"), "one two");

        CommandLine.ParseResult parsed = line.parseArgs("exec", "shop/web", "--", "curl", "-d", "@" + body);

        assertThat(parsed.subcommand().matchedPositional(1).stringValues()).containsExactly("curl", "-d", "@" + body);
    }

    @Test
    void aNodeThatTheMeshDoesNotHaveIsNamed(@TempDir Path state) throws IOException {
        Files.createDirectories(state.resolve("nodes"));
        Files.writeString(state.resolve("root-cert.pem"), "");

        assertThat(line.execute("debug", "xds", "--state", state.toString(), "--node", "nope"))
                .isEqualTo(2);
        assertThat(err.toString()).startsWith("ambit: --node nope: the mesh in " + state + " has no such node");
    }

    @Test
    void aMissingFolderIsNamedAndNothingIsDone() {
        assertThat(line.execute("up", "/no/such/folder")).isEqualTo(2);
        assertThat(err.toString()).contains("/no/such/folder").doesNotContain("Exception");
    }
}
