package mesh.ambit.perf.measure;

import java.util.List;
import java.util.function.Consumer;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.report.Results;

/** Lets every subject have its turn at every measure, round after round, so that what drifts drifts for all. */
public final class Runner {
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
            new Window(lab, subject).awaitServed();
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
        rounds(measures.stream().filter(measure -> !measure.restarts()).toList());
        rounds(measures.stream().filter(Measure::restarts).toList());
        return results;
    }

    private void rounds(List<Measure> measures) throws InterruptedException {
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
    }
}
