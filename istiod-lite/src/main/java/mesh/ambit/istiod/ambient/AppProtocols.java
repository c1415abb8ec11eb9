package mesh.ambit.istiod.ambient;

import java.util.Locale;
import java.util.Set;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.model.AppProtocol;
import org.jspecify.annotations.Nullable;

/** What is spoken on a port of a Service, as far as its texts tell. */
final class AppProtocols {
    private static final Set<Integer> WELL_KNOWN_TCP_PORTS = Set.of(25, 53, 3306, 27017);

    private AppProtocols() {}

    /**
     * Returns the protocol of a port. {@code appProtocol} replaces the port's name, even when it is empty or not
     * understood.
     */
    static AppProtocol of(Service.Port port) {
        if (port.protocol().equals("UDP")) {
            return AppProtocol.UNKNOWN;
        }
        String appProtocol = port.appProtocol();
        AppProtocol named = switch (appProtocol) {
            case null -> byText(port.name());
            case "kubernetes.io/h2c" -> AppProtocol.HTTP2;
            case "kubernetes.io/ws" -> AppProtocol.HTTP11;
            case "kubernetes.io/wss" -> AppProtocol.TLS;
            default -> byText(appProtocol);
        };
        if (named != null) {
            return named;
        }
        return WELL_KNOWN_TCP_PORTS.contains(port.port()) ? AppProtocol.TCP : AppProtocol.UNKNOWN;
    }

    /** Returns the protocol of a port of a ServiceEntry, which says it in one word. */
    static AppProtocol of(ServiceEntry.Port port) {
        return switch (port.protocol().toLowerCase(Locale.ROOT)) {
            case "http" -> AppProtocol.HTTP11;
            case "http2" -> AppProtocol.HTTP2;
            case "grpc" -> AppProtocol.GRPC;
            case "tcp" -> AppProtocol.TCP;
            case "https", "tls" -> AppProtocol.TLS;
            default -> AppProtocol.UNKNOWN;
        };
    }

    /** Returns the protocol that a text names; UNKNOWN for one that has no value of its own; null when none is named. */
    private static @Nullable AppProtocol byText(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("grpc-web")) {
            return AppProtocol.UNKNOWN;
        }
        int dash = lower.indexOf('-');
        return switch (dash < 0 ? lower : lower.substring(0, dash)) {
            case "http" -> AppProtocol.HTTP11;
            case "http2" -> AppProtocol.HTTP2;
            case "grpc" -> AppProtocol.GRPC;
            case "tcp" -> AppProtocol.TCP;
            case "https", "tls" -> AppProtocol.TLS;
            case "mongo", "redis", "mysql", "udp", "http_proxy" -> AppProtocol.UNKNOWN;
            default -> null;
        };
    }
}
