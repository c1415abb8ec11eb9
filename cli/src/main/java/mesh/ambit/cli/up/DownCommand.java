package mesh.ambit.cli.up;

import java.util.concurrent.Callable;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ambit down}: ends the mesh, or tidies up after one that was killed. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Ends the mesh and removes every trace of it, also after it was killed.",
        footerHeading = "%nExamples:%n",
        footer = {"  ambit down", "  ambit down --state /run/other"})
public final class DownCommand implements Callable<Integer> {
    @Mixin
    private StateOption state = new StateOption();

    @Override
    public Integer call() {
        Terminal terminal = Terminal.standardOutput();
        StateFolder folder = state.folder();
        ControlClient client = new ControlClient(folder);
        if (client.isUp()) {
            terminal.progress("ending the mesh");
            client.ask("down", terminal::progress);
            terminal.done("the mesh has ended, nothing is left");
        } else if (Ownership.sweep(folder)) {
            terminal.done("no mesh was up; what a killed one left is removed");
        } else {
            terminal.line("no mesh is up (state folder " + folder.root() + ")");
        }
        return ExitCode.OK;
    }
}
