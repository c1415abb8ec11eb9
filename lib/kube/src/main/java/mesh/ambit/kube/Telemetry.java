package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.AuthorizationPolicy.TargetRef;
import org.jspecify.annotations.Nullable;

/**
 * What proxies report. Texts that are not given are empty, truth values and numbers null.
 *
 * @param selector null when not given
 */
public record Telemetry(
        ObjectMeta metadata,
        @Nullable WorkloadSelector selector,
        List<TargetRef> targetRefs,
        List<Tracing> tracing,
        List<Metrics> metrics,
        List<AccessLogging> accessLogging)
        implements KubeObject {
    public Telemetry {
        requireNonNull(metadata, "metadata");
        targetRefs = List.copyOf(targetRefs);
        tracing = List.copyOf(tracing);
        metrics = List.copyOf(metrics);
        accessLogging = List.copyOf(accessLogging);
    }

    @Override
    public Kind kind() {
        return Kind.TELEMETRY;
    }

    /**
     * Traces.
     *
     * @param mode {@code CLIENT}, {@code SERVER}, or {@code CLIENT_AND_SERVER} as is meant by an empty text
     * @param samplingPercent from 0 to 100
     */
    public record Tracing(
            String mode,
            List<String> providers,
            @Nullable Double samplingPercent,
            @Nullable Boolean disabled,
            @Nullable Boolean contextPropagationDisabled,
            @Nullable Boolean useRequestId,
            @Nullable Boolean istioTags,
            Map<String, Tag> customTags) {
        public Tracing {
            requireNonNull(mode, "mode");
            providers = List.copyOf(providers);
            customTags = Copies.sorted(customTags);
        }
    }

    /** Where the value of a tag comes from: itself, the environment, a header or a format. */
    public record Tag(Source source, String value, String defaultValue) {
        public Tag {
            requireNonNull(source, "source");
            requireNonNull(value, "value");
            requireNonNull(defaultValue, "defaultValue");
        }

        /** Sources of values. */
        public enum Source {
            LITERAL,
            ENVIRONMENT,
            HEADER,
            FORMATTER
        }
    }

    /** Metrics. */
    public record Metrics(
            List<String> providers,
            List<MetricChange> overrides,
            @Nullable Duration reportingInterval) {
        public Metrics {
            providers = List.copyOf(providers);
            overrides = List.copyOf(overrides);
        }
    }

    /**
     * A change of metrics.
     *
     * @param metric name of one, or of a custom one; empty or {@code ALL_METRICS} for all
     */
    public record MetricChange(
            String metric,
            boolean custom,
            String mode,
            @Nullable Boolean disabled,
            Map<String, TagOverride> tags) {
        public MetricChange {
            requireNonNull(metric, "metric");
            requireNonNull(mode, "mode");
            tags = Copies.sorted(tags);
        }
    }

    /** A change of a metric's tag: another value, or none any more. */
    public record TagOverride(boolean removed, String value) {
        public TagOverride {
            requireNonNull(value, "value");
        }
    }

    /** Access logs, of what an expression in CEL says; empty for all. */
    public record AccessLogging(
            String mode, List<String> providers, @Nullable Boolean disabled, String filter) {
        public AccessLogging {
            requireNonNull(mode, "mode");
            providers = List.copyOf(providers);
            requireNonNull(filter, "filter");
        }
    }
}
