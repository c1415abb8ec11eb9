package mesh.ambit.perf.measure;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.LabException;
import mesh.ambit.perf.lab.LabProcess;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.load.Fields;
import mesh.ambit.perf.load.Ports;
import mesh.ambit.perf.profile.CpuTime;

/** Starts traffic over a subject, looks at a stretch in its middle, and stops it. */
final class Window {
    private static final Duration SERVES_WITHIN = Duration.ofSeconds(60);
    private static final Duration FLOWS_WITHIN = Duration.ofSeconds(10);

    private final Lab lab;
    private final Subject subject;

    Window(Lab lab, Subject subject) {
        this.lab = lab;
        this.subject = subject;
    }

    /**
     * What a stretch of traffic came to.
     *
     * @param seconds that it lasted
     * @param bytes that arrived
     * @param done operations that went well
     * @param errors operations that did not
     * @param cpu what the programs on the way used
     * @param client what the client says, with latencies in nanoseconds
     */
    record Seen(double seconds, double bytes, double done, double errors, CpuTime cpu, Fields client) {
        double micros(String percentile) {
            return client.decimal(percentile) / 1e3;
        }
    }

    /** Starts {@code traffic}; several pieces may go on at once. */
    void start(Traffic traffic) {
        Map<String, String> order = new HashMap<>(traffic.options());
        var target = subject.target(traffic.port());
        order.put("work", traffic.kind());
        order.put("kind", traffic.kind());
        order.put("connections", Integer.toString(traffic.connections()));
        order.put("netns", subject.client().path().toString());
        order.put("host", target.getAddress().getHostAddress());
        order.put("port", Integer.toString(target.getPort()));
        lab.client().ask("start", order);
    }

    /** Looks at {@code traffic} for {@code length}. */
    Seen look(Traffic traffic, Duration length) throws InterruptedException {
        boolean up = traffic.port() == Ports.SINK;
        take(traffic);
        Fields before = received();
        CpuTime cpu = ProcessStats.cpu(subject.programs());
        Thread.sleep(length);
        CpuTime cpuAfter = ProcessStats.cpu(subject.programs());
        Fields taken = take(traffic);
        Fields after = received();
        double seconds = (up ? after.decimal("at") - before.decimal("at") : taken.decimal("nanos")) / 1e9;
        double bytes = up ? after.decimal("bytes") - before.decimal("bytes") : taken.decimal("bytes");
        return new Seen(seconds, bytes, taken.decimal("done"), taken.decimal("errors"), cpuAfter.since(cpu), taken);
    }

    Fields stop(Traffic traffic) {
        return lab.client().ask("stop", Map.of("work", traffic.kind()));
    }

    /** Returns once a connection is served, however long the programs take to start. */
    void awaitServed() throws InterruptedException {
        Traffic probe = Traffic.hold(1);
        long deadline = System.nanoTime() + SERVES_WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            subject.programs().forEach(LabProcess::requireAlive);
            start(probe);
            Fields stopped = stop(probe);
            if (stopped.number("done") == 1) {
                return;
            }
            Thread.sleep(1);
        }
        throw new LabException(subject.name() + " serves no connection after " + SERVES_WITHIN.toSeconds() + " s; "
                + String.join(
                        "\n",
                        subject.programs().stream().map(LabProcess::lastWords).toList()));
    }

    /** Returns how much has arrived at all sinks so far. */
    long receivedBytes() {
        return (long) received().decimal("bytes");
    }

    /** Starts, lets it settle, looks, stops. */
    Seen run(Traffic traffic, Duration settle, Duration length) throws InterruptedException {
        start(traffic);
        try {
            Thread.sleep(settle);
            awaitFlow(traffic);
            return look(traffic, length);
        } finally {
            stop(traffic);
        }
    }

    /** The programs may still be busy with what was cut off before. */
    private void awaitFlow(Traffic traffic) throws InterruptedException {
        long deadline = System.nanoTime() + FLOWS_WITHIN.toNanos();
        double errors = 0;
        while (System.nanoTime() < deadline) {
            Fields taken = take(traffic);
            if (taken.decimal("bytes") > 0 || taken.decimal("done") > 0) {
                return;
            }
            errors += taken.decimal("errors");
            Thread.sleep(10);
        }
        throw new LabException(subject.name() + ": nothing comes through (" + traffic + "), " + Math.round(errors)
                + " errors in " + FLOWS_WITHIN.toSeconds() + " s");
    }

    private Fields take(Traffic traffic) {
        return lab.client().ask("take", Map.of("work", traffic.kind()));
    }

    private Fields received() {
        return lab.server().ask("received", Map.of());
    }
}
