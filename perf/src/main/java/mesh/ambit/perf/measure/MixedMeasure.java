package mesh.ambit.perf.measure;

import java.util.function.BiConsumer;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.measure.Window.Seen;
import mesh.ambit.perf.report.Metric;

/** Requests at a fixed rate beside connections that send as much as they can: what queues cost. */
final class MixedMeasure implements Measure {
    private static final Metric P50 = Metric.low("mixed.p50", "Latency beside 2 bulk connections, p50", "us");
    private static final Metric P99 = Metric.low("mixed.p99", "Latency beside 2 bulk connections, p99", "us");
    private static final Metric THROUGHPUT = Metric.high("mixed.throughput", "Those bulk connections", "Gbit/s");
    private static final Traffic BULK = Traffic.up(2);
    private static final Traffic REQUESTS = Traffic.rate(8, 1000, 1024);

    @Override
    public String name() {
        return "mixed";
    }

    @Override
    public void run(Lab lab, Subject subject, Pace pace, BiConsumer<Metric, Double> out) throws InterruptedException {
        Window window = new Window(lab, subject);
        window.start(BULK);
        try {
            long before = window.receivedBytes();
            long began = System.nanoTime();
            Seen seen = window.run(REQUESTS, pace.settle(), pace.length());
            out.accept(P50, seen.micros("p50"));
            out.accept(P99, seen.micros("p99"));
            out.accept(THROUGHPUT, (window.receivedBytes() - before) * 8.0 / (System.nanoTime() - began));
        } finally {
            window.stop(BULK);
        }
    }
}
