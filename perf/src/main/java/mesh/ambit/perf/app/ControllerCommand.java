package mesh.ambit.perf.app;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mesh.ambit.config.ExitCode;
import mesh.ambit.perf.controller.ControllerLoad;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ambit bench controller}. */
@Command(
        name = "controller",
        mixinStandardHelpOptions = true,
        description = "How long news of a pod takes to the last of many proxies, and what that costs the controller.")
final class ControllerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--pods",
            split = ",",
            paramLabel = "N",
            description = "Sizes of the mesh (default: ${DEFAULT-VALUE}).")
    private List<Integer> pods = List.of(2000, 10_000, 30_000);

    @Option(names = "--clients", paramLabel = "N", description = "Proxies (default: ${DEFAULT-VALUE}).")
    private int clients = 100;

    @Option(
            names = "--rates",
            split = ",",
            paramLabel = "R",
            description = "Pods replaced in a second (default: ${DEFAULT-VALUE}).")
    private List<Double> rates = List.of(1.0, 10.0, 100.0);

    @Option(names = "--seconds", paramLabel = "N", description = "Length of each look (default: ${DEFAULT-VALUE}).")
    private int seconds = 10;

    @Option(names = "--jvm", paramLabel = "OPTION", description = "Option of the controller's JVM; may be repeated.")
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        for (int size : pods) {
            new ControllerLoad(clients, spec.commandLine().getOut())
                    .run(size, rates, Duration.ofSeconds(seconds), options);
        }
        return ExitCode.OK;
    }
}
