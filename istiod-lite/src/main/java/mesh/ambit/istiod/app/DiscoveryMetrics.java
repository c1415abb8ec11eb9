package mesh.ambit.istiod.app;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.istiod.push.PushMetrics;

/**
 * What the discovery server counts, under upstream's names and with upstream's buckets.
 *
 * <p>Counts are registered as gauges over adders: upstream's counters have no {@code _total} at the end, and the library
 * would add it.
 */
final class DiscoveryMetrics implements PushMetrics {
    private static final double[] SECONDS_FROM_HUNDREDTH = {.01, .1, .5, 1, 3, 5, 10, 20, 30};
    private static final double[] SECONDS_TO_FIVE = {.01, .1, .5, 1, 3, 5};
    private static final double[] SECONDS_FROM_TENTH = {.1, .5, 1, 3, 5, 10, 20, 30};
    private static final double[] SEND_SECONDS = {.01, .1, 1, 3, 5, 10, 20, 30};
    private static final double[] SIZES = {1, 10_000, 1_000_000, 4_000_000, 10_000_000, 40_000_000};

    /** A client names its own version, so only so many different ones become labels. */
    private static final int MAX_VERSIONS = 32;

    /** Types whose rejections are counted under a name of their own too. */
    private static final Set<String> ENVOY_TYPES = Set.of("cds", "eds", "lds", "rds");

    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9._+-]{0,64}");

    private final MeterRegistry registry;
    private final Map<String, AtomicInteger> connected = new ConcurrentHashMap<>();
    private final Counts counts;
    private final Map<String, LongAdder> pushes = new ConcurrentHashMap<>();
    private final Map<String, DistributionSummary> pushTimes = new ConcurrentHashMap<>();
    private final Map<String, DistributionSummary> sizes = new ConcurrentHashMap<>();
    private final DistributionSummary sendTime;
    private final DistributionSummary queueTime;
    private final DistributionSummary convergence;
    private final DistributionSummary pacing;
    private final DistributionSummary computation;
    private final AtomicLong services = new AtomicLong();
    private final LongAccumulator largestRequest = new LongAccumulator(Math::max, 0);

    DiscoveryMetrics(MeterRegistry registry) {
        this.registry = registry;
        counts = new Counts(registry);
        sendTime = times("pilot.xds.send.time", "Seconds it takes to send a response.", Tags.empty(), SEND_SECONDS);
        queueTime = times(
                "pilot.proxy.queue.time",
                "Seconds that a proxy waits for its turn in a push.",
                Tags.empty(),
                SECONDS_FROM_TENTH);
        convergence = times(
                "pilot.proxy.convergence.time",
                "Seconds from a change until a proxy has been sent everything that follows from it.",
                Tags.empty(),
                SECONDS_FROM_TENTH);
        pacing = times(
                "pilot.debounce.time",
                "Seconds from the first of some changes until their push begins.",
                Tags.empty(),
                SECONDS_FROM_HUNDREDTH);
        computation = times(
                "pilot.pushcontext.init.seconds",
                "Seconds it takes to find what follows from changes.",
                Tags.empty(),
                SECONDS_TO_FIVE);
        Gauge.builder("pilot.services", services, AtomicLong::get)
                .description("Total services known.")
                .register(registry);
        Gauge.builder("pilot.xds.recv.max", largestRequest, LongAccumulator::get)
                .description("The largest request of a proxy so far, in bytes.")
                .register(registry);
        Gauge.builder("pilot.info", () -> 1)
                .description("Version of this controller.")
                .tag("version", AmbitVersion.version())
                .register(registry);
        connected("");
    }

    /** So many services are known now. */
    void services(int known) {
        services.set(known);
    }

    @Override
    public void connected(String version, boolean open) {
        connected(version).addAndGet(open ? 1 : -1);
    }

    private AtomicInteger connected(String version) {
        boolean known = connected.containsKey(version);
        boolean fit = VERSION.matcher(version).matches() && connected.size() < MAX_VERSIONS;
        return connected.computeIfAbsent(known || fit ? version : "other", label -> {
            AtomicInteger streams = new AtomicInteger();
            Gauge.builder("pilot.xds", streams, AtomicInteger::get)
                    .description("Number of endpoints connected to this controller over xDS.")
                    .tag("version", label)
                    .register(registry);
            return streams;
        });
    }

    @Override
    public void pushed(String type, String typeUrl, long bytes, long nanos) {
        pushes.computeIfAbsent(
                        type,
                        label -> counts.adder("pilot.xds.pushes", "Responses sent to proxies.", Tags.of("type", label)))
                .increment();
        pushTimes
                .computeIfAbsent(
                        type,
                        label -> times(
                                "pilot.xds.push.time",
                                "Seconds it takes to put together and send a response.",
                                Tags.of("type", label),
                                SECONDS_FROM_HUNDREDTH))
                .record(seconds(nanos));
        sendTime.record(seconds(nanos));
        sizes.computeIfAbsent(
                        typeUrl,
                        label -> DistributionSummary.builder("pilot.xds.config.size")
                                .description("Size of what is sent to a proxy at once.")
                                .baseUnit("bytes")
                                .tag("type", label)
                                .serviceLevelObjectives(SIZES)
                                .register(registry))
                .record((double) bytes);
    }

    @Override
    public void received(int bytes) {
        largestRequest.accumulate(bytes);
    }

    @Override
    public void queued(long nanos) {
        queueTime.record(seconds(nanos));
    }

    @Override
    public void converged(long nanos) {
        convergence.record(seconds(nanos));
    }

    @Override
    public void published(long nanos) {
        pacing.record(seconds(nanos));
    }

    @Override
    public void heard(String type, long objects) {
        counts.adder("pilot.inbound.updates", "Updates of the mesh received.", Tags.of("type", type))
                .add(objects);
    }

    @Override
    public void triggered(String reason, long objects) {
        counts.adder("pilot.push.triggers", "What pushes were triggered by.", Tags.of("type", reason))
                .add(objects);
    }

    @Override
    public void computed(long nanos) {
        computation.record(seconds(nanos));
    }

    @Override
    public void rejected(String type) {
        counts.add("pilot.total.xds.rejects", "Responses that a proxy rejected.", Tags.of("type", type));
        if (ENVOY_TYPES.contains(type)) {
            counts.add(
                    "pilot.xds." + type + ".reject",
                    "Configurations of this type that a proxy rejected.",
                    Tags.empty());
        }
    }

    @Override
    public void expiredNonce(String type) {
        counts.add("pilot.xds.expired.nonce", "Requests that answered an older response.", Tags.of("type", type));
    }

    @Override
    public void writeTimeout() {
        counts.add("pilot.xds.write.timeout", "Streams cut because their proxy took nothing.", Tags.empty());
    }

    /** A connection was closed because there were as many as there may be. */
    void connectionRefused() {
        counts.add(
                "ambit.connections.refused",
                "Connections of proxies that were closed because too many were open.",
                Tags.empty());
    }

    @Override
    public void internalError() {
        counts.add("pilot.total.xds.internal.errors", "Streams ended by a fault of this controller.", Tags.empty());
    }

    private DistributionSummary times(String name, String description, Tags tags, double[] buckets) {
        return DistributionSummary.builder(name)
                .description(description)
                .tags(tags)
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    private static double seconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
