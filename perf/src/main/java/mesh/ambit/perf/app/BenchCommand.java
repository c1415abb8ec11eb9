package mesh.ambit.perf.app;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.measure.Measure;
import mesh.ambit.perf.measure.Measures;
import mesh.ambit.perf.measure.Pace;
import mesh.ambit.perf.measure.Runner;
import mesh.ambit.perf.report.Results;
import mesh.ambit.perf.report.TextReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ambit bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Measures the data path beside its peers, in network namespaces of its own; needs root.")
public final class BenchCommand implements Callable<Integer> {
    private static final String OURS = "ambit";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "MEASURE",
            description = "Only these, or those whose names begin so: bulk-1-up, bulk-8, rate, loop, connect …")
    private List<String> only = List.of();

    @Option(
            names = "--subjects",
            split = ",",
            paramLabel = "NAME",
            description = "What is compared (default: ${DEFAULT-VALUE}); peers come in addition.",
            defaultValue = "direct,haproxy,nginx,ambit")
    private List<String> subjects = List.of();

    @Option(
            names = "--peer",
            paramLabel = "NAME=COMMAND",
            description = "Another ztunnel, started with upstream's environment variables; may be repeated.")
    private Map<String, String> peers = new LinkedHashMap<>();

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--seconds", paramLabel = "N", description = "Length of each look (default: ${DEFAULT-VALUE}).")
    private double seconds = 2;

    @Option(
            names = "--workloads",
            paramLabel = "N",
            description = "Pods that the mesh has besides (default: ${DEFAULT-VALUE}).")
    private int workloads = 1000;

    @Option(names = "--quick", description = "One round of moments: to see that it works, not to be quoted.")
    private boolean quick;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Measure> measures;
        try {
            measures = Measures.named(only);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--only " + e.getMessage());
        }
        Pace pace = quick ? Pace.QUICK : Pace.of(rounds, Duration.ofMillis(Math.round(seconds * 1000)));
        Progress progress = Progress.onStandardError();
        try (Lab lab = new Lab()) {
            Thread hook = new Thread(lab::close, "bench-cleanup");
            Runtime.getRuntime().addShutdownHook(hook);
            fill(lab);
            Runner runner = new Runner(lab, pace, progress::say);
            runner.start();
            Results results = runner.measure(measures);
            progress.end();
            spec.commandLine().getOut().print(TextReport.render(results));
            spec.commandLine().getOut().flush();
            lab.absent().forEach(line -> System.err.println("ambit bench: " + line));
        } finally {
            progress.end();
        }
        return ExitCode.OK;
    }

    private void fill(Lab lab) throws IOException {
        for (String subject : subjects) {
            switch (subject) {
                case "direct" -> lab.addDirect();
                case "haproxy", "nginx" -> lab.addPair(subject);
                case OURS -> lab.addZtunnel(OURS, OwnZtunnel.command(), OwnZtunnel.description());
                default ->
                    throw new ParameterException(
                            spec.commandLine(),
                            "--subjects " + subject + ": unknown (expected: direct, haproxy, nginx, ambit)");
            }
        }
        for (Map.Entry<String, String> peer : peers.entrySet()) {
            lab.addZtunnel(peer.getKey(), List.of(peer.getValue().strip().split(" +", -1)), peer.getValue());
        }
        if (workloads > 0) {
            lab.crowd(workloads, 1);
        }
    }
}
