package mesh.ambit.perf.app;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mesh.ambit.config.ExitCode;
import mesh.ambit.perf.controller.ControllerLoad;
import mesh.ambit.perf.controller.ControllerRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ambit bench controller}. */
@Command(
        name = "controller",
        mixinStandardHelpOptions = true,
        description = "How long news of a pod takes to the last of many proxies, and what that costs the controller.")
final class ControllerCommand implements Callable<Integer> {
    /** As the launcher starts the controller, but for the heap, which a mesh of 100,000 pods needs. */
    private static final List<String> AS_SHIPPED = List.of(
            "-XX:+UseSerialGC",
            "-Xms12m",
            "-Xmx2g",
            "-XX:MaxDirectMemorySize=256m",
            "-XX:+UseCompactObjectHeaders",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

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

    @Option(
            names = "--jvm",
            paramLabel = "OPTION",
            description = "One more option of the controller's JVM, as --jvm=-Xmx3g; may be repeated.")
    private List<String> options = new ArrayList<>();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text, as it goes, or json, at the end (default: text).")
    private Format format = Format.TEXT;

    /** How the figures are told. */
    enum Format {
        TEXT,
        JSON
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter progress = format == Format.TEXT ? out : spec.commandLine().getErr();
        List<String> all = new ArrayList<>(AS_SHIPPED);
        all.addAll(options);
        List<ControllerRun> runs = new ArrayList<>();
        for (int size : pods) {
            runs.add(new ControllerLoad(clients, progress).run(size, rates, Duration.ofSeconds(seconds), all));
        }
        if (format == Format.JSON) {
            out.println(GSON.toJson(runs));
            out.flush();
        }
        return ExitCode.OK;
    }

    /** Refuses what makes no sense, before anything is started. */
    private void check() {
        for (int size : pods) {
            require(size >= 1, "--pods " + size);
        }
        require(clients >= 1, "--clients " + clients);
        for (double rate : rates) {
            require(rate > 0, "--rates " + rate);
        }
        require(seconds >= 1, "--seconds " + seconds);
    }

    private void require(boolean condition, String given) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), given + ": expected a number above 0");
        }
    }
}
