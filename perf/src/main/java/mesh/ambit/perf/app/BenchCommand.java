package mesh.ambit.perf.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.measure.Measure;
import mesh.ambit.perf.measure.Measures;
import mesh.ambit.perf.measure.Pace;
import mesh.ambit.perf.measure.Profiler;
import mesh.ambit.perf.measure.Runner;
import mesh.ambit.perf.profile.Breakdown;
import mesh.ambit.perf.profile.Profile;
import mesh.ambit.perf.report.BenchReport;
import mesh.ambit.perf.report.Goals;
import mesh.ambit.perf.report.HtmlReport;
import mesh.ambit.perf.report.JsonReport;
import mesh.ambit.perf.report.Machine;
import mesh.ambit.perf.report.Results;
import mesh.ambit.perf.report.TextReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ambit bench}. */
@Command(
        name = "ambit bench",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Measures the data path beside its peers, in network namespaces of its own; needs root.",
        subcommands = {SoakCommand.class, JmhCommand.class, ControllerCommand.class})
public final class BenchCommand implements Callable<Integer> {
    static final String OURS = "ambit";
    private static final List<String> SUBJECTS = List.of("direct", "haproxy", "nginx", OURS);
    private static final int MAX_WORKLOADS = 10_000;

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

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text or json (default: text).")
    private Format format = Format.TEXT;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "Writes report.html, report.json, report.txt and profiles into this folder too.")
    private @Nullable Path report;

    @Option(
            names = "--profile",
            paramLabel = "WHICH",
            description =
                    "Looks once more, into where the time goes: of measures whose goals are missed (the default), "
                            + "of all, or of none.")
    private Profiled profiled = Profiled.MISSED;

    /** Which measures are looked into once more. */
    enum Profiled {
        MISSED,
        ALL,
        NONE
    }

    /** What is printed. */
    enum Format {
        TEXT,
        JSON
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Measure> measures = check();
        Pace pace = quick ? Pace.QUICK : Pace.of(rounds, Duration.ofMillis(Math.round(seconds * 1000)));
        Progress progress = Progress.onStandardError();
        try (Lab lab = Cleanup.lab()) {
            fill(lab);
            Runner runner = new Runner(lab, pace, progress::say);
            runner.start();
            Results results = runner.measure(measures);
            Profiler profiler = new Profiler(lab, pace, progress::say);
            List<Breakdown> breakdowns = profiler.look(worthALook(measures, results), OURS);
            progress.end();
            List<String> notes = Stream.concat(lab.absent().stream(), profiler.notes().stream())
                    .toList();
            publish(describe(lab, pace, results, breakdowns, notes));
        } finally {
            progress.end();
        }
        return ExitCode.OK;
    }

    /** Refuses what makes no sense, before anything is made. */
    private List<Measure> check() {
        require(rounds >= 1, "--rounds " + rounds + ": expected at least 1");
        require(seconds > 0, "--seconds " + seconds + ": expected more than 0");
        require(
                workloads >= 0 && workloads <= MAX_WORKLOADS,
                "--workloads " + workloads + ": expected 0 to " + MAX_WORKLOADS);
        for (String subject : subjects) {
            require(
                    SUBJECTS.contains(subject),
                    "--subjects " + subject + ": unknown (expected: " + String.join(", ", SUBJECTS) + ")");
        }
        require(
                Set.copyOf(subjects).size() == subjects.size(),
                "--subjects " + String.join(",", subjects) + ": expected each of them once");
        for (String peer : peers.keySet()) {
            require(!SUBJECTS.contains(peer), "--peer " + peer + ": is taken");
            // It becomes part of the names of namespaces and pods.
            require(peer.matches("[a-z0-9-]{1,20}"), "--peer " + peer + ": expected letters, digits and hyphens");
        }
        try {
            return Measures.named(only);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--only " + e.getMessage());
        }
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private List<Measure> worthALook(List<Measure> measures, Results results) {
        return switch (profiled) {
            case NONE -> List.of();
            case ALL -> measures;
            case MISSED -> {
                Set<String> missed = Goals.judge(results, OURS).stream()
                        .filter(verdict -> !verdict.isMet())
                        .map(verdict -> verdict.goal().metric())
                        .collect(Collectors.toSet());
                yield measures.stream()
                        .filter(measure -> missed.stream().anyMatch(metric -> metric.startsWith(measure.name() + ".")))
                        .toList();
            }
        };
    }

    private BenchReport describe(Lab lab, Pace pace, Results results, List<Breakdown> breakdowns, List<String> notes) {
        SortedMap<String, String> descriptions = new TreeMap<>();
        lab.subjects().forEach(subject -> descriptions.put(subject.name(), subject.description()));
        List<String> method = new ArrayList<>();
        method.add(String.format(
                Locale.ROOT,
                "Medians of %d rounds with looks of %.1f s; every alternative has its turn in each round (A B C, A B C), "
                        + "after each was warmed up until it got neither faster nor cheaper.",
                pace.rounds(),
                pace.length().toMillis() / 1000.0));
        method.add(
                "Two nodes and their pods are network namespaces of one machine, joined by a bridge; load client and "
                        + "load server are processes of their own, the same for all, and share the processors with the proxies.");
        method.add(String.format(
                Locale.ROOT,
                "Ztunnels capture the pods with the rules of a node agent, verify mutual TLS, enforce two policies, count "
                        + "metrics, write their access log to a file, and know %,d other workloads.",
                workloads));
        method.add(
                "HAProxy and nginx are as the distribution ships them: mutual TLS 1.3 with P-256 on the distribution's "
                        + "OpenSSL, no policy, no telemetry; clients dial a port of their own pod instead of being captured.");
        return new BenchReport(Instant.now(), Machine.here(), OURS, descriptions, method, notes, breakdowns, results);
    }

    private void publish(BenchReport results) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.print(format == Format.JSON ? JsonReport.render(results) : TextReport.render(results));
        out.flush();
        if (report != null) {
            Files.createDirectories(report);
            Files.writeString(report.resolve("report.txt"), TextReport.render(results));
            Files.writeString(report.resolve("report.json"), JsonReport.render(results));
            Files.writeString(report.resolve("report.html"), HtmlReport.render(results));
            for (Breakdown breakdown : results.breakdowns()) {
                for (Profile profile : breakdown.profiles()) {
                    Files.writeString(
                            report.resolve("profile-" + breakdown.measure() + "-" + profile.node() + ".collapsed"),
                            profile.stacks().collapsed());
                }
            }
            System.err.println("ambit bench: " + report.resolve("report.html").toAbsolutePath());
        }
    }

    private void fill(Lab lab) throws IOException {
        for (String subject : subjects) {
            switch (subject) {
                case "direct" -> lab.addDirect();
                case "haproxy", "nginx" -> lab.addPair(subject);
                case OURS -> lab.addZtunnel(OURS, OwnZtunnel.command(), OwnZtunnel.description());
                default -> throw new IllegalStateException(subject + " was checked before");
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
