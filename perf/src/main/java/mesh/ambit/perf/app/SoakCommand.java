package mesh.ambit.perf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import mesh.ambit.config.ExitCode;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.measure.Pace;
import mesh.ambit.perf.measure.Runner;
import mesh.ambit.perf.measure.Soak;
import mesh.ambit.perf.report.SoakReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ambit bench soak}. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description = "Mixed load for a long time; descriptors, threads and memory must stay flat.")
final class SoakCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--minutes", paramLabel = "N", description = "How long (default: ${DEFAULT-VALUE}).")
    private double minutes = 30;

    @Option(names = "--turn", paramLabel = "SECONDS", description = "Time between looks (default: ${DEFAULT-VALUE}).")
    private double turn = 10;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text or json (default: text).")
    private BenchCommand.Format format = BenchCommand.Format.TEXT;

    @Option(names = "--report", paramLabel = "DIR", description = "Writes soak.html, soak.json and soak.txt too.")
    private @Nullable Path report;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (minutes <= 0 || turn <= 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    (minutes <= 0 ? "--minutes " + minutes : "--turn " + turn) + ": expected more than 0");
        }
        Progress progress = Progress.onStandardError();
        SoakReport soaked;
        try (Lab lab = Cleanup.lab()) {
            lab.addZtunnel(BenchCommand.OURS, OwnZtunnel.command(Soak.JAVA_OPTION), OwnZtunnel.description());
            lab.crowd(1000, 1);
            new Runner(lab, Pace.QUICK, progress::say).start();
            soaked = new Soak(lab, lab.subjects().getFirst(), progress::say)
                    .run(Duration.ofMillis(Math.round(minutes * 60_000)), Duration.ofMillis(Math.round(turn * 1000)));
        } finally {
            progress.end();
        }
        spec.commandLine().getOut().print(format == BenchCommand.Format.JSON ? soaked.json() : soaked.text());
        spec.commandLine().getOut().flush();
        if (report != null) {
            Files.createDirectories(report);
            Files.writeString(report.resolve("soak.txt"), soaked.text());
            Files.writeString(report.resolve("soak.json"), soaked.json());
            Files.writeString(report.resolve("soak.html"), soaked.html());
        }
        return soaked.isFlat() ? ExitCode.OK : ExitCode.FAILED;
    }
}
