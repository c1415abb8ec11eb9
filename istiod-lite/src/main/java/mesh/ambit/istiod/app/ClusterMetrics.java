package mesh.ambit.istiod.app;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import mesh.ambit.istiod.kube.KubernetesMetrics;

/** What comes from the API server, under upstream's name where it has one. */
final class ClusterMetrics implements KubernetesMetrics {
    private final MeterRegistry registry;
    private final Map<String, LongAdder> events = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> followed = new ConcurrentHashMap<>();

    ClusterMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void event(String kind, String event) {
        events.computeIfAbsent(kind + " " + event, _ -> {
                    LongAdder count = new LongAdder();
                    Gauge.builder("pilot.k8s.reg.events", count, LongAdder::sum)
                            .description("Events from k8s registry.")
                            .tag("type", kind)
                            .tag("event", event)
                            .register(registry);
                    return count;
                })
                .increment();
    }

    @Override
    public void followed(String collection, boolean isFollowed) {
        followed.computeIfAbsent(collection, _ -> {
                    AtomicInteger state = new AtomicInteger();
                    Gauge.builder("ambit.kubernetes.followed", state, AtomicInteger::get)
                            .description(
                                    "1 while changes of these objects arrive, 0 while the last known ones are served.")
                            .tag("collection", collection)
                            .register(registry);
                    return state;
                })
                .set(isFollowed ? 1 : 0);
    }
}
