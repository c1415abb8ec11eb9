package mesh.ambit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Stands in the help for what the launcher starts from a class path of its own, so that no daemon carries it. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Measures the data path beside its peers, interleaved, in namespaces of its own.")
final class BenchCommand implements Callable<Integer> {
    @Unmatched
    private List<String> options = new ArrayList<>();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine()
                .getErr()
                .println("ambit: the bench has a class path of its own; start it with the launcher: ./ambit bench "
                        + String.join(" ", options));
        return ExitCode.USAGE;
    }
}
