package mesh.ambit.istiod.app;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts under upstream's names, made when they are first needed. They are registered as gauges over adders: upstream's
 * counters have no {@code _total} at the end, and the library would add it. Thread-safe.
 */
final class Counts {
    private final MeterRegistry registry;
    private final Map<String, LongAdder> adders = new ConcurrentHashMap<>();

    Counts(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Adds one to the count {@code name} with {@code tags}. */
    void add(String name, String description, Tags tags) {
        adder(name, description, tags).increment();
    }

    /** Returns the count {@code name} with {@code tags}, for what is counted so often that looking it up would cost. */
    LongAdder adder(String name, String description, Tags tags) {
        return adders.computeIfAbsent(name + tags, _ -> {
            LongAdder adder = new LongAdder();
            Gauge.builder(name, adder, LongAdder::sum)
                    .description(description)
                    .tags(tags)
                    .register(registry);
            return adder;
        });
    }
}
