package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of the endpoints of a service.
 *
 * @param addressType {@code IPv4}, {@code IPv6} or {@code FQDN}; empty when not given
 */
public record EndpointSlice(ObjectMeta metadata, String addressType, List<Endpoint> endpoints, List<Port> ports)
        implements KubeObject {
    /** The label that says which service of the same namespace a slice belongs to. */
    public static final String SERVICE_NAME_LABEL = "kubernetes.io/service-name";

    public EndpointSlice {
        requireNonNull(metadata, "metadata");
        requireNonNull(addressType, "addressType");
        endpoints = List.copyOf(endpoints);
        ports = List.copyOf(ports);
    }

    @Override
    public Kind kind() {
        return Kind.ENDPOINT_SLICE;
    }

    /** Returns the name of the service that this slice belongs to, empty for none. */
    public String serviceName() {
        return metadata.labels().getOrDefault(SERVICE_NAME_LABEL, "");
    }

    /**
     * One endpoint.
     *
     * @param ready null when not given, which counts as ready
     * @param targetRef the object behind the endpoint, null for none
     */
    public record Endpoint(
            List<String> addresses,
            @Nullable Boolean ready,
            @Nullable TargetRef targetRef) {
        public Endpoint {
            addresses = List.copyOf(addresses);
        }

        /** Returns whether the endpoint takes connections. */
        public boolean isReady() {
            return ready == null || ready;
        }
    }

    /** The object behind an endpoint. */
    public record TargetRef(String kind, String namespace, String name, String uid) {
        public TargetRef {
            requireNonNull(kind, "kind");
            requireNonNull(namespace, "namespace");
            requireNonNull(name, "name");
            requireNonNull(uid, "uid");
        }
    }

    /** A port of all endpoints of the slice. What is not given is null: an empty name is a name. */
    public record Port(
            @Nullable String name,
            @Nullable Integer port,
            @Nullable String protocol) {}
}
