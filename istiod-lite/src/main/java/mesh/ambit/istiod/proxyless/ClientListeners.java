package mesh.ambit.istiod.proxyless;

import io.envoyproxy.envoy.config.listener.v3.ApiListener;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/** What a client asks for first: that there is such a service, and under which name its routes are to be asked for. */
final class ClientListeners {
    private ClientListeners() {}

    /** Returns the listener {@code name}, or null when the client sees no such service or it has no such port. */
    static @Nullable Listener of(ProxylessMesh mesh, Viewer viewer, String name, ListenerName parsed) {
        Service service = parsed.service(mesh, viewer);
        if (service == null) {
            return null;
        }
        int port = port(service, parsed.port());
        if (port == 0) {
            return null;
        }
        String vip = service.vips().isEmpty()
                ? "0.0.0.0"
                : Addresses.print(service.vips().getFirst().address());
        HttpConnectionManager manager = HttpConnectionManager.newBuilder()
                .setRds(Rds.newBuilder()
                        .setConfigSource(Sources.ADS)
                        .setRouteConfigName(new ClusterName(port, "", service.hostname()).toString()))
                .addHttpFilters(HttpFilters.fault())
                .addHttpFilters(HttpFilters.router())
                .build();
        return Listener.newBuilder()
                .setName(name)
                .setAddress(Sources.address(vip, port))
                .setApiListener(ApiListener.newBuilder().setApiListener(Packing.any(manager)))
                .build();
    }

    /** A name without a port means the only one that there is. */
    private static int port(Service service, int asked) {
        if (asked == 0) {
            return service.ports().size() == 1 ? service.ports().getFirst().servicePort() : 0;
        }
        for (Port port : service.ports()) {
            if (port.servicePort() == asked) {
                return asked;
            }
        }
        return 0;
    }
}
