package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How clients treat a host: its subsets, balancing, pools, TLS.
 *
 * @param policy null when not given
 * @param exportTo namespaces in which it counts, {@code .} for its own, {@code *} or none for all
 * @param workloadSelector clients for which it counts; null for all
 */
public record DestinationRule(
        ObjectMeta metadata,
        String host,
        @Nullable TrafficPolicy policy,
        List<Subset> subsets,
        List<String> exportTo,
        @Nullable WorkloadSelector workloadSelector)
        implements KubeObject {
    public DestinationRule {
        requireNonNull(metadata, "metadata");
        requireNonNull(host, "host");
        subsets = List.copyOf(subsets);
        exportTo = List.copyOf(exportTo);
    }

    @Override
    public Kind kind() {
        return Kind.DESTINATION_RULE;
    }

    /** Endpoints of the host that have labels; a policy of their own stands part by part before that of the host. */
    public record Subset(
            String name,
            Map<String, String> labels,
            @Nullable TrafficPolicy policy) {
        public Subset {
            requireNonNull(name, "name");
            labels = Copies.sorted(labels);
        }
    }
}
