package mesh.ambit.telemetry;

import mesh.ambit.model.Service;

/**
 * The service that a connection was addressed to.
 *
 * @param hostname fully qualified name
 * @param namespace its namespace
 * @param name its short name
 */
public record ServiceLabels(String hostname, String namespace, String name) {
    /** Returns the labels of {@code service}. */
    public static ServiceLabels of(Service service) {
        return new ServiceLabels(service.hostname(), service.namespace(), service.name());
    }
}
