package mesh.ambit.cli;

import java.util.List;
import java.util.concurrent.Callable;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Stands in the help for what the launcher does before this program is built. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Runs every test; ends with the line \"N passed, N failed, N skipped\".")
final class TestCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODULE", description = "Only these modules, for example lib/net (default: all).")
    private List<String> modules = List.of();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine()
                .getErr()
                .println("ambit: tests run from the sources; start them with the launcher: ./ambit test "
                        + String.join(" ", modules));
        return ExitCode.USAGE;
    }
}
