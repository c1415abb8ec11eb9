package mesh.ambit.istiod.proxyless;

import io.envoyproxy.envoy.config.route.v3.Route;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import mesh.ambit.kube.GrpcRoute;
import mesh.ambit.kube.HttpRoute;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.VirtualService;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/**
 * Which objects route the calls of a client to a service.
 *
 * <p>A VirtualService for the client's own namespace alone and this very host comes first, then routes of that namespace,
 * whatever their age; then either the routes of the service's namespace or the closest VirtualService, whichever is older. Of attached routes those for gRPC count,
 * and those for HTTP where there are none.
 */
final class RouteChoice {
    private final ProxylessMesh mesh;
    private final Viewer viewer;
    private final Service service;
    private final int port;
    private final Remarks remarks;

    RouteChoice(ProxylessMesh mesh, Viewer viewer, Service service, int port, Remarks remarks) {
        this.mesh = mesh;
        this.viewer = viewer;
        this.service = service;
        this.port = port;
        this.remarks = remarks;
    }

    /** Returns the routes, the first match counts; null when nobody says anything, which is not the same as none. */
    @Nullable
    List<Route> routes() {
        List<mesh.ambit.kube.Route> consumers = attached(viewer.namespace());
        VirtualService virtual = virtualService();
        boolean ours = virtual != null && isPrivate(virtual) && fit(virtual) == Integer.MAX_VALUE;
        if (!consumers.isEmpty() && !ours) {
            if (virtual != null) {
                remarks.add(virtual, consumers.getFirst().key() + " counts for " + service.hostname());
            }
            return translated(consumers);
        }
        List<mesh.ambit.kube.Route> producers = ours ? List.of() : attached(service.namespace());
        if (producers.isEmpty()) {
            return virtual == null ? null : translated(virtual);
        }
        KubeObject oldest = producers.getFirst();
        if (virtual != null && Rules.BY_AGE.compare(virtual, oldest) < 0) {
            producers.forEach(route -> remarks.add(route, virtual.key() + " is older and counts"));
            return translated(virtual);
        }
        if (virtual != null) {
            remarks.add(virtual, oldest.key() + " counts for " + service.hostname());
        }
        return translated(producers);
    }

    /** Returns the routes of {@code namespace} that count for the port, all of one kind, the oldest first. */
    private List<mesh.ambit.kube.Route> attached(String namespace) {
        List<mesh.ambit.kube.Route> http = new ArrayList<>();
        List<mesh.ambit.kube.Route> grpc = new ArrayList<>();
        for (Rules.Attached attached : mesh.rules().attached(service)) {
            Integer asked = attached.port();
            mesh.ambit.kube.Route route = attached.route();
            if (route.metadata().namespace().equals(namespace) && (asked == null || asked == port)) {
                List<mesh.ambit.kube.Route> ofKind = route instanceof GrpcRoute ? grpc : http;
                if (!ofKind.contains(route)) {
                    ofKind.add(route);
                }
            }
        }
        if (!grpc.isEmpty()) {
            http.forEach(route -> remarks.add(route, "GRPCRoutes of the same service count"));
            return grpc;
        }
        return http;
    }

    private List<Route> translated(List<mesh.ambit.kube.Route> routes) {
        GatewayRules rules = new GatewayRules(mesh, viewer, port, remarks);
        for (mesh.ambit.kube.Route route : routes) {
            switch (route) {
                case HttpRoute http -> rules.add(http);
                case GrpcRoute grpc -> rules.add(grpc);
                default -> throw new IllegalStateException(route.key() + " is no route for requests");
            }
        }
        return rules.routes();
    }

    private List<Route> translated(VirtualService virtual) {
        return new VirtualServiceRules(mesh, viewer, virtual, service, port, remarks).routes();
    }

    /** The one for the closest host; of these, one that is for this namespace alone; of these, the oldest. */
    private @Nullable VirtualService virtualService() {
        return mesh.rules().virtualServices().stream()
                .filter(this::counts)
                .min(Comparator.comparingInt((VirtualService virtual) -> -fit(virtual))
                        .thenComparing(virtual -> !isPrivate(virtual)))
                .orElse(null);
    }

    private boolean counts(VirtualService virtual) {
        return !virtual.http().isEmpty()
                && (virtual.gateways().isEmpty() || virtual.gateways().contains(VirtualService.MESH))
                && Rules.isExported(virtual.exportTo(), virtual.metadata().namespace(), viewer.namespace())
                && fit(virtual) > 0;
    }

    private boolean isPrivate(VirtualService virtual) {
        return virtual.metadata().namespace().equals(viewer.namespace())
                && !virtual.exportTo().isEmpty()
                && !virtual.exportTo().contains("*");
    }

    private int fit(VirtualService virtual) {
        int fit = 0;
        for (String host : virtual.hosts()) {
            String full = Hosts.full(
                    host, virtual.metadata().namespace(), mesh.settings().domainSuffix());
            fit = Math.max(fit, Hosts.fit(full, service.hostname()));
        }
        return fit;
    }
}
