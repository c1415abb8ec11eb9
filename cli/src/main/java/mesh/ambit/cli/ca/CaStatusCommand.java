package mesh.ambit.cli.ca;

import java.util.List;
import java.util.concurrent.Callable;
import mesh.ambit.cli.ca.AuthorityAnswer.Status;
import mesh.ambit.cli.terminal.OutputOption;
import mesh.ambit.cli.terminal.Table;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.cli.up.StateOption;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ambit ca status}: what signs, what is trusted, and who would be left behind by the next step. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Shows what signs, what is trusted, and who holds a certificate that keeps the next step of a"
                + " change of the root waiting.",
        footerHeading = "%nExamples:%n",
        footer = {"  ambit ca status", "  ambit ca status -o json"})
final class CaStatusCommand implements Callable<Integer> {
    @Mixin
    private StateOption state = new StateOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        Terminal terminal = Terminal.standardOutput();
        Status status = AuthorityAnswer.ask(state.folder().root(), "status", Status.class);
        if (!output.isTable()) {
            terminal.line(output.print(status));
            return ExitCode.OK;
        }
        terminal.line("source  " + status.source());
        terminal.line("stage   " + status.stage() + ": " + status.meaning());
        terminal.line("");
        new Table(
                        List.of("ROOT", "SUBJECT", "UNTIL", "SIGNS"),
                        status.roots().stream()
                                .map(root ->
                                        List.of(root.key(), root.subject(), root.notAfter(), root.signs() ? "yes" : ""))
                                .toList())
                .lines()
                .forEach(terminal::line);
        if (status.revocation()) {
            terminal.line("");
            terminal.line("revocation lists are handed out");
        }
        if (!status.waiting().isEmpty()) {
            terminal.line("");
            terminal.line("the next step waits for " + status.waiting().size() + ":");
            AuthorityAnswer.lines(status.waiting()).forEach(terminal::line);
        }
        if (!status.problem().isEmpty()) {
            terminal.line("");
            terminal.failed(status.problem());
        }
        return ExitCode.OK;
    }
}
