package mesh.ambit.perf.measure;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.measure.Window.Seen;
import mesh.ambit.perf.report.Metric;

/** Requests at a fixed rate while a thousand other pods of the mesh change, twice a second. */
final class ChurnMeasure implements Measure {
    private static final Metric P50 = Metric.low("churn.p50", "Latency while 1,000 workloads change, p50", "us");
    private static final Metric P99 = Metric.low("churn.p99", "Latency while 1,000 workloads change, p99", "us");
    private static final Metric P999 = Metric.low("churn.p999", "Latency while 1,000 workloads change, p99.9", "us");
    private static final Traffic REQUESTS = Traffic.rate(8, 1000, 1024);
    private static final int WORKLOADS = 1000;
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private int generation = 1;

    @Override
    public String name() {
        return "churn";
    }

    @Override
    public boolean appliesTo(Subject subject) {
        return subject.isZtunnel();
    }

    @Override
    public void run(Lab lab, Subject subject, Pace pace, BiConsumer<Metric, Double> out) throws InterruptedException {
        CountDownLatch enough = new CountDownLatch(1);
        Thread churn = Thread.ofPlatform().daemon().name("churn").start(() -> churn(lab, subject, enough));
        try {
            Seen seen = new Window(lab, subject).run(REQUESTS, pace.settle(), pace.length());
            out.accept(P50, seen.micros("p50"));
            out.accept(P99, seen.micros("p99"));
            out.accept(P999, seen.micros("p999"));
        } finally {
            enough.countDown();
            churn.join();
        }
    }

    private void churn(Lab lab, Subject subject, CountDownLatch enough) {
        try {
            do {
                lab.crowd(WORKLOADS, ++generation, subject);
            } while (!enough.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
