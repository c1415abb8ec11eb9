package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a route sends requests.
 *
 * @param group API group; empty for the core group
 * @param kind {@code Service} when the object names none
 * @param namespace empty for the route's own
 * @param port null when the object names none, which a Service needs
 * @param weight share of the requests among the backends of a rule, 1 when the object names none
 * @param filters what happens to requests to this backend only
 */
public record BackendRef(
        String group,
        String kind,
        String namespace,
        String name,
        @Nullable Integer port,
        int weight,
        List<RouteFilter> filters) {
    public BackendRef {
        requireNonNull(group, "group");
        requireNonNull(kind, "kind");
        requireNonNull(namespace, "namespace");
        requireNonNull(name, "name");
        filters = List.copyOf(filters);
    }

    /** Returns the namespace of the backend, given that of the route. */
    public String namespaceOr(String routeNamespace) {
        return namespace.isEmpty() ? routeNamespace : namespace;
    }
}
