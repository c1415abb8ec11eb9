package mesh.ambit.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The key of a service: its namespace and its fully qualified host name.
 *
 * @param namespace Kubernetes namespace
 * @param hostname for instance {@code web.shop.svc.cluster.local}
 */
public record NamespacedHostname(String namespace, String hostname)
        implements GatewayAddress.Destination, Comparable<NamespacedHostname> {
    public NamespacedHostname {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(hostname, "hostname");
    }

    /** Returns the key written as {@code namespace/hostname}, or null if there is no slash. */
    public static @Nullable NamespacedHostname tryParse(String key) {
        int slash = key.indexOf('/');
        return slash < 0 ? null : new NamespacedHostname(key.substring(0, slash), key.substring(slash + 1));
    }

    @Override
    public int compareTo(NamespacedHostname other) {
        return toString().compareTo(other.toString());
    }

    /** Returns {@code namespace/hostname}, the xDS resource name of the service. */
    @Override
    public String toString() {
        return namespace + "/" + hostname;
    }
}
