package mesh.ambit.perf.measure;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleFunction;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.LabProcess;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.report.Metric;

/**
 * Resident memory of a program that has been under load, and of a new one with no, a thousand and ten thousand open
 * connections. Of the two programs of a pair the larger one counts.
 */
final class MemoryMeasure implements Measure {
    private static final Metric LOADED = Metric.low("memory.loaded.rss", "Resident after the load above", "MB");
    private static final List<Integer> STEPS = List.of(1_000, 10_000);
    private static final String TITLE = "Resident, %s";
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(6);

    private final Set<String> loaded = new HashSet<>();

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public boolean restarts() {
        return true;
    }

    @Override
    public boolean appliesTo(Subject subject) {
        return !subject.programs().isEmpty();
    }

    @Override
    public void run(Lab lab, Subject subject, Pace pace, BiConsumer<Metric, Double> out) throws InterruptedException {
        // In later rounds there was no load before.
        if (loaded.add(subject.name())) {
            out.accept(LOADED, largest(subject, ProcessStats::residentMegabytes));
        }
        subject.stop();
        subject.start();
        Window window = new Window(lab, subject);
        window.awaitServed();
        sample(subject, pace, 0, out);
        double before = 0;
        for (int count : STEPS) {
            // A general proxy has a descriptor limit that stands in the way of more, and is no ztunnel.
            if (count > STEPS.getFirst() && !subject.isZtunnel()) {
                break;
            }
            Traffic held = Traffic.hold(count);
            window.start(held);
            try {
                double now = sample(subject, pace, count, out);
                if (before > 0) {
                    out.accept(
                            Metric.low("memory.per-connection", "Resident for each open connection", "KB"),
                            Math.max(0, now - before) * 1000 / (count - STEPS.getFirst()));
                }
                before = now;
            } finally {
                window.stop(held);
            }
        }
    }

    private static double sample(Subject subject, Pace pace, int connections, BiConsumer<Metric, Double> out)
            throws InterruptedException {
        // Buffers are given back, and memory to the kernel, some time after the last use.
        Duration pause = pace.settle().multipliedBy(20);
        Thread.sleep(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
        String title = connections == 0 ? "idle" : String.format("%,d connections open", connections);
        double resident = largest(subject, ProcessStats::residentMegabytes);
        String key = "memory." + (connections == 0 ? "idle" : Integer.toString(connections));
        out.accept(Metric.low(key + ".rss", TITLE.formatted(title), "MB"), resident);
        out.accept(
                Metric.low(key + ".pss", TITLE.formatted(title) + ", shared pages divided", "MB"),
                largest(subject, ProcessStats::proportionalMegabytes));
        return resident;
    }

    private static double largest(Subject subject, ToDoubleFunction<LabProcess> megabytes) {
        return subject.programs().stream().mapToDouble(megabytes).max().orElse(0);
    }
}
