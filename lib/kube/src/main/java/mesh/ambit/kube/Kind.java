package mesh.ambit.kube;

/** The kinds of objects that Ambit reads. Every other kind in a folder is passed over. */
public enum Kind {
    NAMESPACE("Namespace", false),
    NODE("Node", false),
    SERVICE_ACCOUNT("ServiceAccount", true),
    POD("Pod", true),
    SERVICE("Service", true),
    ENDPOINT_SLICE("EndpointSlice", true),
    AUTHORIZATION_POLICY("AuthorizationPolicy", true),
    PEER_AUTHENTICATION("PeerAuthentication", true),
    SERVICE_ENTRY("ServiceEntry", true),
    WORKLOAD_ENTRY("WorkloadEntry", true),
    GATEWAY_CLASS("GatewayClass", false),
    GATEWAY("Gateway", true),
    CONFIG_MAP("ConfigMap", true),
    HTTP_ROUTE("HTTPRoute", true),
    GRPC_ROUTE("GRPCRoute", true),
    TLS_ROUTE("TLSRoute", true),
    TCP_ROUTE("TCPRoute", true),
    REFERENCE_GRANT("ReferenceGrant", true),
    BACKEND_TLS_POLICY("BackendTLSPolicy", true),
    VIRTUAL_SERVICE("VirtualService", true),
    DESTINATION_RULE("DestinationRule", true),
    REQUEST_AUTHENTICATION("RequestAuthentication", true),
    TELEMETRY("Telemetry", true);

    private final String text;
    private final boolean namespaced;

    Kind(String text, boolean namespaced) {
        this.text = text;
        this.namespaced = namespaced;
    }

    /** Returns the kind as objects spell it, for example {@code EndpointSlice}. */
    public String text() {
        return text;
    }

    /** Returns whether objects of this kind live in a namespace. */
    public boolean isNamespaced() {
        return namespaced;
    }
}
