package mesh.ambit.istiod.proxyless;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;

/**
 * Mutual TLS with the certificates of the client's own bootstrap, provider {@code default}.
 *
 * <p>Said in the present and in the deprecated fields, for older clients.
 */
final class TlsSettings {
    /** Clients know no other name. */
    private static final String SOCKET = "envoy.transport_sockets.tls";

    private static final String PROVIDER = "default";
    private static final String IDENTITY = "default";
    private static final String ROOTS = "ROOTCA";

    private TlsSettings() {}

    /** Returns TLS towards servers that are one of {@code sans}; none would accept every member of the mesh. */
    static TransportSocket towards(List<String> sans) {
        return socket(UpstreamTlsContext.newBuilder()
                .setCommonTlsContext(common(sans))
                .build());
    }

    /** Returns TLS for a server that takes connections of members of the mesh only. */
    static TransportSocket required() {
        return socket(DownstreamTlsContext.newBuilder()
                .setCommonTlsContext(common(List.of()))
                .setRequireClientCertificate(BoolValue.of(true))
                .build());
    }

    private static TransportSocket socket(Message context) {
        return TransportSocket.newBuilder()
                .setName(SOCKET)
                .setTypedConfig(Packing.any(context))
                .build();
    }

    @SuppressWarnings("deprecation") // Older clients know only the fields that newer ones call deprecated.
    private static CommonTlsContext common(List<String> sans) {
        CertificateValidationContext.Builder validation =
                CertificateValidationContext.newBuilder().setCaCertificateProviderInstance(plugin(ROOTS));
        for (String san : sans) {
            validation.addMatchSubjectAltNames(StringMatcher.newBuilder().setExact(san));
        }
        return CommonTlsContext.newBuilder()
                .setTlsCertificateProviderInstance(plugin(IDENTITY))
                .setTlsCertificateCertificateProviderInstance(former(IDENTITY))
                .setCombinedValidationContext(CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                        .setValidationContextCertificateProviderInstance(former(ROOTS))
                        .setDefaultValidationContext(validation))
                .build();
    }

    private static CertificateProviderPluginInstance plugin(String certificate) {
        return CertificateProviderPluginInstance.newBuilder()
                .setInstanceName(PROVIDER)
                .setCertificateName(certificate)
                .build();
    }

    private static CommonTlsContext.CertificateProviderInstance former(String certificate) {
        return CommonTlsContext.CertificateProviderInstance.newBuilder()
                .setInstanceName(PROVIDER)
                .setCertificateName(certificate)
                .build();
    }
}
