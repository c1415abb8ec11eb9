package mesh.ambit.cli.up;

import java.util.concurrent.Callable;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ambit restart-ztunnel}: replaces a node's ztunnel without losing a connection. */
@Command(
        name = "restart-ztunnel",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Hands a node over to a new ztunnel; new connections never fail.",
        footerHeading = "%nExamples:%n",
        footer = {"  ambit restart-ztunnel node-a"})
public final class RestartZtunnelCommand implements Callable<Integer> {
    @Mixin
    private StateOption state = new StateOption();

    @Parameters(paramLabel = "NODE", description = "The node.")
    private String node = "";

    @Override
    public Integer call() {
        Terminal terminal = Terminal.standardOutput();
        new ControlClient(state.folder()).ask("restart-ztunnel " + node, terminal::done);
        return ExitCode.OK;
    }
}
