package mesh.ambit.istiod.proxyless;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/**
 * The name of a listener: for a client {@code host:port}, where the host may be short; for a server what its bootstrap
 * makes of the address that it listens on.
 *
 * @param host as asked for
 * @param port 0 when the name has none
 * @param server whether it is a server's
 */
record ListenerName(String host, int port, boolean server) {
    /** What names of servers begin with. */
    static final String SERVER_PREFIX = "xds.istio.io/grpc/lds/inbound/";

    private static final int MAX_LENGTH = 512;

    /** Reads {@code text}; null when it is no such name. */
    static @Nullable ListenerName parse(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            return null;
        }
        boolean server = text.startsWith(SERVER_PREFIX);
        String address = server ? text.substring(SERVER_PREFIX.length()) : text;
        int colon = address.lastIndexOf(':');
        if (address.startsWith("[")) {
            int end = address.indexOf(']');
            int port = end < 0 || colon != end + 1 ? 0 : ClusterName.port(address.substring(colon + 1));
            return port == 0 ? null : new ListenerName(address.substring(1, end), port, server);
        }
        if (colon < 0) {
            return server ? null : new ListenerName(address, 0, false);
        }
        int port = ClusterName.port(address.substring(colon + 1));
        return port == 0 ? null : new ListenerName(address.substring(0, colon), port, server);
    }

    /** Returns the service that a client means by this name; null when it sees none. */
    @Nullable
    Service service(ProxylessMesh mesh, Viewer viewer) {
        for (String candidate : hosts(mesh.settings().domainSuffix(), viewer)) {
            Service service = mesh.service(candidate, viewer.namespace());
            if (service != null) {
                return service;
            }
        }
        return null;
    }

    /** Returns the full names that the host may stand for, the most literal one first; with a dot at its end it is one. */
    private List<String> hosts(String domainSuffix, Viewer viewer) {
        if (host.endsWith(".")) {
            return List.of(host.substring(0, host.length() - 1));
        }
        List<String> hosts = new ArrayList<>(List.of(host));
        int dot = host.indexOf('.');
        if (dot < 0) {
            hosts.add(host + "." + viewer.domain());
        } else if (host.indexOf('.', dot + 1) < 0) {
            hosts.add(host + ".svc." + domainSuffix);
        } else if (host.endsWith(".svc") && host.indexOf('.', dot + 1) == host.length() - ".svc".length()) {
            hosts.add(host + "." + domainSuffix);
        }
        return hosts;
    }
}
