package mesh.ambit.kube;

import java.util.List;
import java.util.Locale;

/** Where an API server keeps the objects of a kind. */
public final class ApiNames {
    private ApiNames() {}

    /** Returns the API group; empty for the core group. */
    public static String group(Kind kind) {
        return switch (kind) {
            case NAMESPACE, NODE, SERVICE_ACCOUNT, POD, SERVICE, CONFIG_MAP -> "";
            case ENDPOINT_SLICE -> "discovery.k8s.io";
            case AUTHORIZATION_POLICY, PEER_AUTHENTICATION, REQUEST_AUTHENTICATION -> "security.istio.io";
            case SERVICE_ENTRY, WORKLOAD_ENTRY, VIRTUAL_SERVICE, DESTINATION_RULE -> "networking.istio.io";
            case TELEMETRY -> "telemetry.istio.io";
            case GATEWAY,
                    GATEWAY_CLASS,
                    HTTP_ROUTE,
                    GRPC_ROUTE,
                    TLS_ROUTE,
                    TCP_ROUTE,
                    REFERENCE_GRANT,
                    BACKEND_TLS_POLICY -> "gateway.networking.k8s.io";
        };
    }

    /** Returns the versions that can be read, the stable ones first, older ones last. */
    public static List<String> versions(Kind kind) {
        return switch (kind) {
            case NAMESPACE, NODE, SERVICE_ACCOUNT, POD, SERVICE, CONFIG_MAP, ENDPOINT_SLICE, GRPC_ROUTE ->
                List.of("v1");
            case AUTHORIZATION_POLICY,
                    PEER_AUTHENTICATION,
                    REQUEST_AUTHENTICATION,
                    GATEWAY,
                    GATEWAY_CLASS,
                    HTTP_ROUTE,
                    REFERENCE_GRANT -> List.of("v1", "v1beta1");
            case SERVICE_ENTRY, WORKLOAD_ENTRY, VIRTUAL_SERVICE, DESTINATION_RULE ->
                List.of("v1", "v1beta1", "v1alpha3");
            case TELEMETRY -> List.of("v1", "v1alpha1");
            case TLS_ROUTE -> List.of("v1", "v1alpha3", "v1alpha2");
            case TCP_ROUTE -> List.of("v1", "v1alpha2");
            case BACKEND_TLS_POLICY -> List.of("v1", "v1alpha3");
        };
    }

    /** Returns the plural that paths use, for example {@code endpointslices}. */
    public static String plural(Kind kind) {
        String name = kind.text().toLowerCase(Locale.ROOT);
        if (name.endsWith("s")) {
            return name + "es";
        }
        boolean consonant = name.endsWith("y") && "aeiou".indexOf(name.charAt(name.length() - 2)) < 0;
        return consonant ? name.substring(0, name.length() - 1) + "ies" : name + "s";
    }
}
