package mesh.ambit.perf.measure;

import java.util.function.BiConsumer;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.report.Metric;

/** How long the client's node is without service when its program starts: from exec to the first byte that comes back. */
final class StartMeasure implements Measure {
    private static final Metric START = Metric.low("start.first", "Start to first served connection", "ms");
    private static final Metric CPU = Metric.low("start.cpu", "CPU until then", "ms");

    @Override
    public String name() {
        return "start";
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
        subject.stopClientSide();
        long began = System.nanoTime();
        subject.startClientSide();
        new Window(lab, subject).awaitServed();
        out.accept(START, (System.nanoTime() - began) / 1e6);
        out.accept(CPU, ProcessStats.cpu(subject.programs().subList(0, 1)).total() * 1e3);
    }
}
