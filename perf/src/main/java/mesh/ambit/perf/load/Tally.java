package mesh.ambit.perf.load;

import java.util.Map;

/** What a piece of work has done since it was last asked. Thread-safe; taken by one thread at a time as a rule. */
final class Tally {
    private final LatencyHistogram latencies = new LatencyHistogram();
    private long bytes;
    private long done;
    private long errors;
    private long since = System.nanoTime();

    synchronized void moved(long count) {
        bytes += count;
    }

    /** One more operation went well, and took this long. */
    synchronized void done(long nanos) {
        done++;
        latencies.record(nanos);
    }

    synchronized void failed() {
        errors++;
    }

    /** Returns what happened since the last time, and begins anew. */
    synchronized Map<String, String> take() {
        long now = System.nanoTime();
        Map<String, String> taken = Map.of(
                "nanos", Long.toString(now - since),
                "bytes", Long.toString(bytes),
                "done", Long.toString(done),
                "errors", Long.toString(errors),
                "mean", Long.toString(Math.round(latencies.meanNanos())),
                "p50", Long.toString(latencies.percentileNanos(50)),
                "p90", Long.toString(latencies.percentileNanos(90)),
                "p99", Long.toString(latencies.percentileNanos(99)),
                "p999", Long.toString(latencies.percentileNanos(99.9)),
                "max", Long.toString(latencies.maxNanos()));
        latencies.clear();
        bytes = 0;
        done = 0;
        errors = 0;
        since = now;
        return taken;
    }
}
