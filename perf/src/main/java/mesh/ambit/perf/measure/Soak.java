package mesh.ambit.perf.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.LabProcess;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.report.Machine;
import mesh.ambit.perf.report.Series;
import mesh.ambit.perf.report.SoakReport;

/** Load of every kind, in turn and together, for as long as one likes; and a look at the programs every few seconds. */
public final class Soak {
    /** What is to be given to a JVM that is soaked, in {@code AMBIT_JAVA_OPTS}. */
    public static final String JAVA_OPTION = JavaMemory.OPTION;

    private static final Traffic REQUESTS = Traffic.rate(8, 500, 1024);
    private static final List<Traffic> TURNS =
            List.of(Traffic.up(8), Traffic.connect(16), Traffic.down(8), Traffic.loop(16, 64), Traffic.hold(500));
    private static final int WORKLOADS = 1000;
    private static final Duration CLOSED_WITHIN = Duration.ofSeconds(10);
    private static final Duration BETWEEN_COUNTS = Duration.ofMillis(500);
    private static final int FEW = 3;
    private static final double SOME_MEGABYTES = 4;

    /** Buffers are taken from the system in pieces of 4 MiB: one more of them is no trend yet. */
    private static final double A_CHUNK_MORE = SOME_MEGABYTES + 4.2;

    private static final List<Memory> MEMORY = List.of(
            new Memory("direct", "buffers outside the heap", A_CHUNK_MORE),
            new Memory("heap", "heap after collection", SOME_MEGABYTES),
            new Memory("native", "native memory, all", SOME_MEGABYTES));

    private final Lab lab;
    private final Subject subject;
    private final Window window;
    private final Consumer<String> progress;
    private final Map<String, Series> series = new LinkedHashMap<>();
    private long errors;

    /** A kind of memory, as {@link JavaMemory} calls it, and by how many MB it may go up and down. */
    private record Memory(String key, String title, double tolerance) {}

    /** Prepares to soak {@code subject}, which must be ready. */
    public Soak(Lab lab, Subject subject, Consumer<String> progress) {
        this.lab = lab;
        this.subject = subject;
        this.progress = progress;
        window = new Window(lab, subject);
    }

    /** Goes on for {@code length}, each kind of load and look taking a turn of {@code turn}. */
    public SoakReport run(Duration length, Duration turn) throws InterruptedException {
        long began = System.nanoTime();
        window.start(REQUESTS);
        try {
            for (int turns = 0; System.nanoTime() - began < length.toNanos(); turns++) {
                Traffic traffic = TURNS.get(turns % TURNS.size());
                double seconds = (System.nanoTime() - began) / 1e9;
                progress.accept(String.format(
                        Locale.ROOT, "soak %.1f of %d min: %s", seconds / 60, length.toMinutes(), traffic));
                window.start(traffic);
                Thread.sleep(turn);
                errors += (long) window.stop(traffic).decimal("errors");
                lab.crowd(WORKLOADS, turns + 2);
                awaitClosed();
                look((System.nanoTime() - began) / 1e9);
            }
        } finally {
            errors += (long) window.stop(REQUESTS).decimal("errors");
        }
        return new SoakReport(
                Instant.now(),
                Machine.here(),
                subject.name() + ": " + subject.description(),
                List.of(
                        String.format(
                                Locale.ROOT,
                                "%.1f minutes: 500 requests a second throughout, and in turns of %d s bulk up, connection "
                                        + "storms, bulk down, a closed loop, and 500 connections held.",
                                (System.nanoTime() - began) / 6e10,
                                turn.toSeconds()),
                        "After each turn all 1,000 other workloads of the mesh change, and the programs are looked at; the "
                                + "heap after a full collection."),
                List.copyOf(series.values()),
                errors);
    }

    /** On a busy machine the programs take a while to close what the load has just dropped; that is no growth. */
    private void awaitClosed() throws InterruptedException {
        long deadline = System.nanoTime() + CLOSED_WITHIN.toNanos();
        double open = descriptors();
        double before;
        do {
            Thread.sleep(BETWEEN_COUNTS);
            before = open;
            open = descriptors();
        } while (open < before && System.nanoTime() < deadline);
    }

    private double descriptors() {
        return subject.programs().stream().mapToDouble(Soak::descriptors).sum();
    }

    private void look(double seconds) {
        for (LabProcess program : subject.programs()) {
            program.requireAlive();
            String who = program.title().endsWith("-client") ? "client node" : "server node";
            add(who + ": descriptors", "", FEW, seconds, descriptors(program));
            add(who + ": threads", "", FEW, seconds, ProcessStats.threads(program));
            Map<String, Double> memory = JavaMemory.look(program.process().pid());
            for (Memory each : MEMORY) {
                Double megabytes = memory.get(each.key());
                if (megabytes != null) {
                    add(who + ": " + each.title(), "MB", each.tolerance(), seconds, megabytes);
                }
            }
            add(who + ": resident", "MB", SOME_MEGABYTES, seconds, ProcessStats.residentMegabytes(program));
        }
    }

    private void add(String title, String unit, double tolerance, double seconds, double value) {
        series.merge(
                title,
                new Series(title, unit, tolerance, List.of(new Series.Point(seconds, value))),
                (all, one) -> all.with(seconds, value));
    }

    private static double descriptors(LabProcess program) {
        Path folder = Path.of("/proc", Long.toString(program.process().pid()), "fd");
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        } catch (IOException e) {
            return 0;
        }
    }
}
