package mesh.ambit.cli.ca;

import java.util.concurrent.Callable;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ambit ca}: shows what there is. */
@Command(
        name = "ca",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Shows what signs the mesh's certificates, and changes its root.",
        subcommands = {CaStatusCommand.class, CaRotateCommand.class})
public final class CaCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
