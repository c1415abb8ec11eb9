package mesh.ambit.perf.measure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.LabException;
import mesh.ambit.perf.lab.LabProcess;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.load.Fields;
import mesh.ambit.perf.report.Results;

/** Lets every subject have its turn at every measure, round after round, so that what drifts drifts for all. */
public final class Runner {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final Lab lab;
    private final Pace pace;
    private final Consumer<String> progress;
    private final Results results = new Results();

    /** Creates a runner that tells {@code progress} what it does. */
    public Runner(Lab lab, Pace pace, Consumer<String> progress) {
        this.lab = lab;
        this.pace = pace;
        this.progress = progress;
    }

    /** Starts every subject and returns when all of them carry connections. */
    public void start() throws InterruptedException {
        for (Subject subject : lab.subjects()) {
            progress.accept("starting " + subject.name());
            subject.start();
        }
        for (Subject subject : lab.subjects()) {
            progress.accept("waiting for " + subject.name());
            awaitReady(lab, subject);
        }
    }

    /** Measures, and returns every number. */
    public Results measure(List<Measure> measures) throws InterruptedException {
        for (Measure measure : measures) {
            for (Subject subject : lab.subjects()) {
                if (measure.appliesTo(subject)) {
                    progress.accept("warming up " + measure.name() + ", " + subject.name());
                    measure.warmUp(lab, subject, pace);
                }
            }
        }
        for (int round = 1; round <= pace.rounds(); round++) {
            for (Measure measure : measures) {
                for (Subject subject : lab.subjects()) {
                    if (measure.appliesTo(subject)) {
                        progress.accept(
                                "round " + round + "/" + pace.rounds() + ": " + measure.name() + ", " + subject.name());
                        measure.run(lab, subject, pace, (metric, value) -> results.add(metric, subject.name(), value));
                    }
                }
            }
        }
        return results;
    }

    /** Returns once a connection over {@code subject} is served. */
    static void awaitReady(Lab lab, Subject subject) throws InterruptedException {
        Window window = new Window(lab, subject);
        Traffic probe = Traffic.hold(1);
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            subject.programs().forEach(LabProcess::requireAlive);
            window.start(probe);
            Fields stopped = lab.client().ask("stop", Map.of("work", probe.kind()));
            if (stopped.number("done") == 1) {
                return;
            }
            Thread.sleep(2);
        }
        throw new LabException(subject.name() + " carries no connection after " + READY_WITHIN.toSeconds() + " s; "
                + String.join(
                        "\n",
                        subject.programs().stream().map(LabProcess::lastWords).toList()));
    }
}
