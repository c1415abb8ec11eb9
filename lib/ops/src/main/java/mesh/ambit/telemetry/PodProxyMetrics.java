package mesh.ambit.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** How many pods a node proxy serves. Thread-safe. */
public final class PodProxyMetrics {
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger pending = new AtomicInteger();
    private final Counter started;
    private final Counter stopped;

    /** Creates the family on {@code metrics}' page. */
    public PodProxyMetrics(Metrics metrics) {
        this(metrics.registry());
    }

    /** Returns a family that is on nobody's page: a proxy of one workload manages none. */
    public static PodProxyMetrics unseen() {
        return new PodProxyMetrics(new SimpleMeterRegistry());
    }

    private PodProxyMetrics(MeterRegistry registry) {
        Gauge.builder("workload.manager.active.proxy.count", active, AtomicInteger::get)
                .description("The number of pods that are served (unstable).")
                .register(registry);
        Gauge.builder("workload.manager.pending.proxy.count", pending, AtomicInteger::get)
                .description("The number of pods whose listeners could not be opened yet (unstable).")
                .register(registry);
        started = Counter.builder("workload.manager.proxies.started")
                .description("The total number of pods whose listeners were opened (unstable).")
                .register(registry);
        stopped = Counter.builder("workload.manager.proxies.stopped")
                .description("The total number of pods whose listeners were closed (unstable).")
                .register(registry);
    }

    /** Counts a pod whose listeners are open. */
    public void started() {
        started.increment();
        active.incrementAndGet();
    }

    /** Counts a pod whose listeners were closed. */
    public void stopped() {
        stopped.increment();
        active.decrementAndGet();
    }

    /** Says how many pods wait for their listeners now. */
    public void pending(int pods) {
        pending.set(pods);
    }
}
