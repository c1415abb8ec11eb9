package mesh.ambit.cli.debug;

import java.util.concurrent.Callable;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ambit debug}: what to look through when something is not as expected. */
@Command(
        name = "debug",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Looks at what the parts of the mesh tell each other.",
        subcommands = XdsCommand.class)
public final class DebugCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
