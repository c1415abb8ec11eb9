package mesh.ambit.telemetry;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The metrics of one program and the page that shows them. Thread-safe. */
public final class Metrics implements AutoCloseable {
    /** Value of a label that is not known. */
    static final String UNKNOWN = "unknown";

    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String OPEN_METRICS_ANSWER = "application/openmetrics-text;charset=utf-8;version=1.0.0";
    private static final Pattern BOUND_WITH_EXPONENT = Pattern.compile("\\ble=\"([0-9.]+E-?[0-9]+)\"");
    private static final String TEXT = "text/plain; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /**
     * A page as it goes out.
     *
     * @param contentType its media type
     * @param body its text
     */
    public record Page(String contentType, String body) {}

    private Metrics() {}

    /**
     * Creates the metrics of {@code component}, which begin with its build and its descriptors.
     *
     * @param version value of the label {@code tag}
     */
    public static Metrics of(String component, String version) {
        Metrics metrics = new Metrics();
        Gauge.builder("istio.build", () -> 1)
                .description("The version of this program.")
                .tag("component", component)
                .tag("tag", orUnknown(version))
                .register(metrics.registry);
        metrics.process("process.open.fds", "The number of open file descriptors.", Metrics::openDescriptors);
        metrics.process(
                "process.max.fds",
                "The most file descriptors that may be open.",
                bean -> bean.getMaxFileDescriptorCount());
        return metrics;
    }

    /** Returns where further meters are registered. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Shows what {@code collector} collects on the page too. */
    void show(MultiCollector collector) {
        registry.getPrometheusRegistry().register(collector);
    }

    /**
     * Returns the page.
     *
     * @param accept value of the request's Accept header, empty without one; read to the letter, as upstream does, spaces included
     */
    public Page page(String accept) {
        boolean openMetrics =
                Stream.of(accept.split(",", -1)).anyMatch(type -> OPEN_METRICS.equalsIgnoreCase(type.split(";", 2)[0]));
        // The body is OpenMetrics text either way, as upstream's is; only what it is called differs.
        String body = plainBounds(registry.scrape(OPEN_METRICS_ANSWER));
        return new Page(openMetrics ? OPEN_METRICS_ANSWER : TEXT, body);
    }

    /** The library writes small bounds with an exponent. As they are labels, not values, that would be another series. */
    private static String plainBounds(String page) {
        return BOUND_WITH_EXPONENT.matcher(page).replaceAll(bound -> {
            String decimal = new BigDecimal(bound.group(1)).stripTrailingZeros().toPlainString();
            return "le=\"" + decimal + "\"";
        });
    }

    /** Returns {@code value}, or {@value #UNKNOWN} when it is empty. */
    static String orUnknown(String value) {
        return value.isEmpty() ? UNKNOWN : value;
    }

    /** Counting takes a descriptor itself: with none left, all of them are open. */
    private static double openDescriptors(UnixOperatingSystemMXBean bean) {
        try {
            return bean.getOpenFileDescriptorCount();
        } catch (InternalError e) {
            return bean.getMaxFileDescriptorCount();
        }
    }

    private void process(String name, String help, ToDoubleFunction<UnixOperatingSystemMXBean> value) {
        // The bean costs start-up time, so it is asked for when somebody scrapes.
        Gauge.builder(
                        name,
                        () -> ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean bean
                                ? value.applyAsDouble(bean)
                                : Double.NaN)
                .description(help)
                .register(registry);
    }

    @Override
    public void close() {
        registry.close();
    }
}
