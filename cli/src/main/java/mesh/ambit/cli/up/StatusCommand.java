package mesh.ambit.cli.up;

import com.google.gson.Gson;
import java.time.Instant;
import java.util.concurrent.Callable;
import mesh.ambit.cli.terminal.OutputOption;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ambit status}: what runs where. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Shows the programs of the mesh: node, process, state, network namespace.",
        footerHeading = "%nExamples:%n",
        footer = {"  ambit status", "  ambit status -o json"})
public final class StatusCommand implements Callable<Integer> {
    @Mixin
    private StateOption state = new StateOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        Terminal terminal = Terminal.standardOutput();
        String json = new ControlClient(state.folder()).ask("status", step -> {});
        MeshStatus status = new Gson().fromJson(json, MeshStatus.class);
        if (output.isTable()) {
            status.table(Instant.now()).lines().forEach(terminal::line);
        } else {
            terminal.line(output.print(status));
        }
        return ExitCode.OK;
    }
}
