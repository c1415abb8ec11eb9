package mesh.ambit.istiod.proxyless;

import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;

/** The routes to one service and port: a single virtual host with every name that the service goes by. */
final class RouteConfigurations {
    private RouteConfigurations() {}

    /** Returns routes that lead nowhere, for a service that the client does not see. */
    static RouteConfiguration none(String name) {
        return RouteConfiguration.newBuilder().setName(name).build();
    }

    static RouteConfiguration of(
            ProxylessMesh mesh, Viewer viewer, String name, Service service, int port, Remarks remarks) {
        List<Route> chosen = new RouteChoice(mesh, viewer, service, port, remarks).routes();
        List<Route> routes = chosen == null ? List.of(straight(mesh, viewer, service, port, remarks)) : chosen;
        return RouteConfiguration.newBuilder()
                .setName(name)
                .addVirtualHosts(VirtualHost.newBuilder()
                        .setName(service.hostname() + ":" + port)
                        .addAllDomains(domains(mesh, viewer, service, port))
                        .addAllRoutes(routes))
                .build();
    }

    /** Where nobody says anything, calls go to the service. */
    private static Route straight(ProxylessMesh mesh, Viewer viewer, Service service, int port, Remarks remarks) {
        Forwarding forwarding = new Forwarding(mesh, viewer, null, port, remarks);
        forwarding.to(service.hostname(), "", port, 1);
        return Route.newBuilder()
                .setName("default")
                .setMatch(new Matching().prefix("/", true))
                .setRoute(forwarding.action(null, Forwarding.Retries.DEFAULT))
                .build();
    }

    /** Returns every name and address under which the client may call the service, with and without the port. */
    private static Set<String> domains(ProxylessMesh mesh, Viewer viewer, Service service, int port) {
        Set<String> domains = new LinkedHashSet<>();
        add(domains, service.hostname(), port);
        // With the port alone: a domain that ends with a dot makes clients in Java fail every call.
        domains.add(service.hostname() + ".:" + port);
        String suffix = "." + service.namespace() + ".svc." + mesh.settings().domainSuffix();
        if (service.hostname().endsWith(suffix)) {
            String name = service.hostname().substring(0, service.hostname().length() - suffix.length());
            if (viewer.domain().equals(suffix.substring(1))) {
                add(domains, name, port);
            }
            add(domains, name + "." + service.namespace() + ".svc", port);
            add(domains, name + "." + service.namespace(), port);
        }
        for (NetworkAddress vip : service.vips()) {
            String address = Addresses.print(vip.address());
            add(domains, address.indexOf(':') < 0 ? address : "[" + address + "]", port);
        }
        return domains;
    }

    private static void add(Set<String> domains, String host, int port) {
        domains.add(host);
        domains.add(host + ":" + port);
    }
}
