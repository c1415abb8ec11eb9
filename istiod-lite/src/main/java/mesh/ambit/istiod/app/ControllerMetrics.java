package mesh.ambit.istiod.app;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import mesh.ambit.istiod.issuer.IssuerMetrics;

/**
 * The certificate authority's metrics under upstream's names.
 *
 * <p>Counts are registered as gauges over adders: upstream's counters have no {@code _total} at the end, and the library
 * would add it.
 */
final class ControllerMetrics implements IssuerMetrics {
    private final MeterRegistry registry;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    ControllerMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void requested() {
        count("citadel.server.csr.count", "Certificate requests received.", Tags.empty());
    }

    @Override
    public void unauthenticated() {
        count("citadel.server.authentication.failure.count", "Callers that did not prove who they are.", Tags.empty());
    }

    @Override
    public void unauthorized() {
        count(
                "citadel.server.id.extraction.err.count",
                "Requests for an identity that the caller may not have.",
                Tags.empty());
    }

    @Override
    public void unparsable() {
        count("citadel.server.csr.parsing.err.count", "Signing requests that could not be used.", Tags.empty());
    }

    @Override
    public void signFailed(String error) {
        count("citadel.server.csr.sign.err.count", "Signing requests that were refused.", Tags.of("error", error));
    }

    @Override
    public void issued() {
        count("citadel.server.success.cert.issuance.count", "Certificates issued.", Tags.empty());
    }

    private void count(String name, String description, Tags tags) {
        counts.computeIfAbsent(name + tags, _ -> {
                    LongAdder adder = new LongAdder();
                    Gauge.builder(name, adder, LongAdder::sum)
                            .description(description)
                            .tags(tags)
                            .register(registry);
                    return adder;
                })
                .increment();
    }
}
