package mesh.ambit.cli;

import java.util.concurrent.Callable;
import mesh.ambit.cli.ca.CaCommand;
import mesh.ambit.cli.compile.AnalyzeCommand;
import mesh.ambit.cli.compile.CompileCommand;
import mesh.ambit.cli.debug.DebugCommand;
import mesh.ambit.cli.demo.DemoCommand;
import mesh.ambit.cli.train.TrainCommand;
import mesh.ambit.cli.up.DownCommand;
import mesh.ambit.cli.up.ExecCommand;
import mesh.ambit.cli.up.RestartZtunnelCommand;
import mesh.ambit.cli.up.StatusCommand;
import mesh.ambit.cli.up.UpCommand;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import mesh.ambit.istiod.app.IstiodLiteCommand;
import mesh.ambit.node.app.NodeSetupCommand;
import mesh.ambit.ztunnel.app.ZtunnelCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ambit} itself: shows what there is. */
@Command(
        name = "ambit",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "An ambient service mesh on one machine: mutual TLS, identity and policy between programs, "
                + "without touching them.",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            DownCommand.class,
            RestartZtunnelCommand.class,
            StatusCommand.class,
            ExecCommand.class,
            CompileCommand.class,
            AnalyzeCommand.class,
            DebugCommand.class,
            CaCommand.class,
            RemoteSecretCommand.class,
            ZtunnelCommand.class,
            IstiodLiteCommand.class,
            NodeSetupCommand.class,
            TestCommand.class,
            BenchCommand.class,
            TrainCommand.class
        })
final class AmbitCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
