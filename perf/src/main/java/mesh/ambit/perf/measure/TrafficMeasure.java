package mesh.ambit.perf.measure;

import java.util.function.BiConsumer;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.measure.Window.Seen;
import mesh.ambit.perf.report.Metric;

/** One kind of traffic, and the numbers that matter for it. */
final class TrafficMeasure implements Measure {
    private static final int LOOKS_WITHOUT_GAIN = 3;
    private static final double NOTABLE_GAIN = 0.05;

    private final String name;
    private final Traffic traffic;
    private final Unit unit;
    private final Reading reading;

    /** What is read off a stretch of traffic. */
    interface Reading {
        void read(Seen seen, boolean hasPrograms, BiConsumer<Metric, Double> out);
    }

    private TrafficMeasure(String name, Traffic traffic, Unit unit, Reading reading) {
        this.name = name;
        this.traffic = traffic;
        this.unit = unit;
        this.reading = reading;
    }

    static Measure bulk(int connections, boolean up) {
        String name = "bulk-" + connections + (up ? "-up" : "-down");
        String title = connections + (connections == 1 ? " connection " : " connections ") + (up ? "up" : "down");
        Metric throughput = Metric.high(name + ".throughput", "Bulk, " + title, "Gbit/s");
        Metric cpu = Metric.low(name + ".cpu", "CPU, " + title, "s/GB");
        return new TrafficMeasure(
                name,
                up ? Traffic.up(connections) : Traffic.down(connections),
                Unit.GIGABYTE,
                (seen, hasPrograms, out) -> {
                    out.accept(throughput, seen.bytes() * 8 / seen.seconds() / 1e9);
                    if (hasPrograms) {
                        out.accept(cpu, Unit.GIGABYTE.cost(seen));
                    }
                });
    }

    static Measure rate() {
        Metric p50 = Metric.low("rate.p50", "Latency at 1,000 rps of 1 KiB, p50", "us");
        Metric p99 = Metric.low("rate.p99", "Latency at 1,000 rps of 1 KiB, p99", "us");
        Metric p999 = Metric.low("rate.p999", "Latency at 1,000 rps of 1 KiB, p99.9", "us");
        Metric cpu = Metric.low("rate.cpu", "CPU per 1,000 requests at 1,000 rps", "ms");
        return new TrafficMeasure("rate", Traffic.rate(8, 1000, 1024), Unit.THOUSAND, (seen, hasPrograms, out) -> {
            out.accept(p50, seen.micros("p50"));
            out.accept(p99, seen.micros("p99"));
            out.accept(p999, seen.micros("p999"));
            if (hasPrograms) {
                out.accept(cpu, Unit.THOUSAND.cost(seen));
            }
        });
    }

    static Measure loop() {
        Metric perSecond = Metric.high("loop.requests", "Requests, closed loop over 16 connections, 64 B", "1/s");
        Metric p50 = Metric.low("loop.p50", "Latency in that loop, p50", "us");
        Metric p99 = Metric.low("loop.p99", "Latency in that loop, p99", "us");
        Metric cpu = Metric.low("loop.cpu", "CPU per 1,000 requests in that loop", "ms");
        return new TrafficMeasure("loop", Traffic.loop(16, 64), Unit.THOUSAND, (seen, hasPrograms, out) -> {
            out.accept(perSecond, seen.done() / seen.seconds());
            out.accept(p50, seen.micros("p50"));
            out.accept(p99, seen.micros("p99"));
            if (hasPrograms) {
                out.accept(cpu, Unit.THOUSAND.cost(seen));
            }
        });
    }

    static Measure connect() {
        Metric perSecond = Metric.high("connect.rate", "New connections, 16 at a time", "1/s");
        Metric p50 = Metric.low("connect.p50", "Connect to first byte, p50", "us");
        Metric p99 = Metric.low("connect.p99", "Connect to first byte, p99", "us");
        Metric cpu = Metric.low("connect.cpu", "CPU per 1,000 connections", "ms");
        Metric errors = Metric.low("connect.errors", "Connections that failed", "1/s");
        return new TrafficMeasure("connect", Traffic.connect(16), Unit.THOUSAND, (seen, hasPrograms, out) -> {
            out.accept(perSecond, seen.done() / seen.seconds());
            out.accept(p50, seen.micros("p50"));
            out.accept(p99, seen.micros("p99"));
            if (hasPrograms) {
                out.accept(cpu, Unit.THOUSAND.cost(seen));
            }
            out.accept(errors, seen.errors() / seen.seconds());
        });
    }

    @Override
    public String name() {
        return name;
    }

    Traffic traffic() {
        return traffic;
    }

    /** Returns what its work is counted in. */
    Unit unit() {
        return unit;
    }

    @Override
    public void run(Lab lab, Subject subject, Pace pace, BiConsumer<Metric, Double> out) throws InterruptedException {
        Seen seen = new Window(lab, subject).run(traffic, pace.settle(), pace.length());
        reading.read(seen, !subject.programs().isEmpty(), out);
    }

    /** Goes on until it gets neither faster nor cheaper: how long a compiler takes depends on how busy the machine is. */
    @Override
    public void warmUp(Lab lab, Subject subject, Pace pace) throws InterruptedException {
        Window window = new Window(lab, subject);
        window.start(traffic);
        try {
            double fastest = 0;
            double cheapest = Double.MAX_VALUE;
            int sinceGain = 0;
            for (int looks = 0; looks < pace.warmUpLooks() && sinceGain < LOOKS_WITHOUT_GAIN; looks++) {
                Seen seen = window.look(traffic, pace.length());
                double work = seen.bytes() + seen.done();
                double speed = work / seen.seconds();
                double cost = work == 0 ? Double.MAX_VALUE : seen.cpu().total() / work;
                // A compiler at work shows in the cost for long after the speed has stopped to rise.
                boolean gains = speed > fastest * (1 + NOTABLE_GAIN) || cost < cheapest * (1 - NOTABLE_GAIN);
                sinceGain = gains ? 0 : sinceGain + 1;
                fastest = Math.max(fastest, speed);
                cheapest = Math.min(cheapest, cost);
            }
        } finally {
            window.stop(traffic);
        }
    }
}
