package mesh.ambit.telemetry;

import mesh.ambit.model.RecentValues;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/**
 * The service that a connection was addressed to.
 *
 * @param hostname fully qualified name
 * @param namespace its namespace
 * @param name its short name
 */
public record ServiceLabels(String hostname, String namespace, String name) {
    private static final RecentValues<ServiceLabels> RECENT = new RecentValues<>();

    /** Returns the labels of {@code service}. */
    public static ServiceLabels of(Service service) {
        return RECENT.of(new ServiceLabels(service.hostname(), service.namespace(), service.name()));
    }

    /** Written out: a record's own goes through method handles, slow until they are compiled, and this is a key of the data path. */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof ServiceLabels other
                && hostname.equals(other.hostname)
                && namespace.equals(other.namespace)
                && name.equals(other.name);
    }

    @Override
    public int hashCode() {
        int result = hostname.hashCode();
        result = 31 * result + namespace.hashCode();
        return result;
    }
}
