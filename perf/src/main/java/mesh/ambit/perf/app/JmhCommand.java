package mesh.ambit.perf.app;

import java.util.List;
import java.util.concurrent.Callable;
import mesh.ambit.config.ExitCode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ambit bench jmh}. */
@Command(
        name = "jmh",
        mixinStandardHelpOptions = true,
        description = "Microbenchmarks of router, authorizer and frame layer, with what each call allocates.")
final class JmhCommand implements Callable<Integer> {
    /** As the daemons have it, so that what is measured is what runs. */
    private static final List<String> JVM =
            List.of("-XX:+UseSerialGC", "-Xms128m", "-Xmx128m", "-XX:+UseCompactObjectHeaders");

    @Parameters(paramLabel = "REGEX", description = "Only benchmarks whose names match (default: all).")
    private List<String> patterns = List.of();

    @Option(names = "--forks", paramLabel = "N", description = "JVMs for each (default: ${DEFAULT-VALUE}).")
    private int forks = 2;

    @Option(names = "--iterations", paramLabel = "N", description = "Of one second (default: ${DEFAULT-VALUE}).")
    private int iterations = 5;

    @Override
    public Integer call() throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .forks(forks)
                .warmupIterations(iterations)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.seconds(1))
                .jvmArgsAppend(JVM.toArray(String[]::new))
                .shouldFailOnError(true)
                .addProfiler(GCProfiler.class);
        patterns.forEach(options::include);
        new Runner(options.build()).run();
        return ExitCode.OK;
    }
}
