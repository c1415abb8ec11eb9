package mesh.ambit.istiod.ambient;

import java.util.List;
import mesh.ambit.istiod.ambient.RouteStandings.Trouble;
import mesh.ambit.istiod.derive.View;
import mesh.ambit.kube.ApiNames;
import mesh.ambit.kube.BackendRef;
import mesh.ambit.kube.GrpcRoute;
import mesh.ambit.kube.HttpRoute;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ReferenceGrant;
import mesh.ambit.kube.Route;
import mesh.ambit.kube.RouteFilter;
import mesh.ambit.kube.RouteRules;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.TcpRoute;
import mesh.ambit.kube.TlsRoute;
import mesh.ambit.model.PersistentMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether the rules of a route can be followed. Of several troubles the one is told that the reference tells: the first
 * that makes the whole route worthless, else the last, as a backend that cannot be reached spoils only its own share.
 */
final class RouteReferences {
    private static final String ISTIO_GROUP = "networking.istio.io";

    private final View view;
    private final MeshReader reader;
    private final Route route;
    private final boolean gateway;

    /**
     * Begins.
     *
     * @param gateway whether the route is asked about as one of a gateway, else as one of the mesh
     */
    RouteReferences(View view, MeshReader reader, Route route, boolean gateway) {
        this.view = view;
        this.reader = reader;
        this.route = route;
        this.gateway = gateway;
    }

    /**
     * What was found of a part of a route.
     *
     * @param trouble null if there is none
     * @param worthless whether nothing of the route can be followed for it
     */
    private record Found(@Nullable Trouble trouble, boolean worthless) {
        static final Found NOTHING = new Found(null, false);

        static Found partly(String reason, String message) {
            return new Found(new Trouble(reason, message), false);
        }

        static Found worthless(String reason, String message) {
            return new Found(new Trouble(reason, message), true);
        }

        /** Returns what is known when {@code next} was found after this. */
        Found then(Found next) {
            return next.trouble == null ? this : next;
        }
    }

    /** Returns what is wrong with the rules; null if nothing is. */
    @Nullable
    Trouble trouble() {
        Found found = Found.NOTHING;
        List<Found> rules = switch (route) {
            case HttpRoute http ->
                http.rules().stream()
                        .map(rule -> rule(rule.filters(), rule.backends()))
                        .toList();
            case GrpcRoute grpc ->
                grpc.rules().stream()
                        .map(rule -> rule(rule.filters(), rule.backends()))
                        .toList();
            case TcpRoute tcp -> tcp.rules().stream().map(this::plain).toList();
            case TlsRoute tls -> tls.rules().stream().map(this::plain).toList();
        };
        for (Found rule : rules) {
            found = found.then(rule);
            if (found.worthless()) {
                break;
            }
        }
        return found.trouble();
    }

    private Found plain(RouteRules.Plain rule) {
        return backends(rule.backends());
    }

    private Found rule(List<RouteFilter> filters, List<BackendRef> backends) {
        Found mirrors = Found.NOTHING;
        boolean redirected = false;
        for (RouteFilter filter : filters) {
            Found found = filter(filter);
            redirected |= filter instanceof RouteFilter.Redirect;
            if (filter instanceof RouteFilter.Mirror && route instanceof HttpRoute) {
                mirrors = mirrors.then(new Found(found.trouble(), false));
            } else if (found.trouble() != null) {
                return new Found(found.trouble(), true);
            }
        }
        // Without a share for anybody the answer is an error, whoever is named.
        return redirected || backends.stream().anyMatch(backend -> backend.weight() != 0)
                ? mirrors.then(backends(backends))
                : mirrors;
    }

    private Found filter(RouteFilter filter) {
        return switch (filter) {
            case RouteFilter.RequestHeaders headers -> headers(headers.change());
            case RouteFilter.ResponseHeaders headers -> headers(headers.change());
            case RouteFilter.Mirror mirror -> backend(mirror.backend());
            case RouteFilter.Extension extension ->
                unknown("ExtensionRef to " + extension.kind() + " " + extension.name());
            case RouteFilter.Unknown other -> unknown(other.type());
            case RouteFilter.Redirect _, RouteFilter.Rewrite _, RouteFilter.Cors _ -> Found.NOTHING;
        };
    }

    private static Found unknown(String filter) {
        return Found.worthless("InvalidFilter", "there is no filter " + filter);
    }

    private static Found headers(RouteFilter.HeaderChange change) {
        for (List<RouteFilter.NamedValue> values : List.of(change.set(), change.add())) {
            for (RouteFilter.NamedValue each : values) {
                if (each.value().chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
                    return Found.worthless(
                            "InvalidFilter", "the value for header " + each.name() + " has control characters");
                }
            }
        }
        return Found.NOTHING;
    }

    private Found backends(List<BackendRef> backends) {
        Found found = Found.NOTHING;
        for (BackendRef backend : backends) {
            // What gets no share is not looked at.
            if (backend.weight() != 0) {
                found = found.then(backend(backend));
                for (RouteFilter filter : backend.filters()) {
                    found = found.worthless() ? found : found.then(ofBackend(filter));
                }
                if (found.worthless()) {
                    return found;
                }
            }
        }
        return found;
    }

    /** For a single backend only headers can be changed. */
    private Found ofBackend(RouteFilter filter) {
        return switch (filter) {
            case RouteFilter.RequestHeaders _,
                    RouteFilter.ResponseHeaders _,
                    RouteFilter.Extension _,
                    RouteFilter.Unknown _ -> filter(filter);
            case RouteFilter.Mirror _, RouteFilter.Redirect _, RouteFilter.Rewrite _, RouteFilter.Cors _ ->
                Found.worthless("InvalidFilter", "a backend has only filters that change headers");
        };
    }

    private Found backend(BackendRef backend) {
        String own = route.metadata().namespace();
        String namespace = backend.namespaceOr(own);
        String name = backend.kind() + " " + namespace + "/" + backend.name();
        boolean permitted = namespace.equals(own) || isGranted(backend, namespace);
        if (gateway && !permitted) {
            return forbidden(name);
        }
        if (backend.group().equals(ISTIO_GROUP) && backend.kind().equals("Hostname")) {
            return host(backend);
        }
        if (!backend.group().isEmpty() || !backend.kind().equals("Service")) {
            return Found.partly(
                    "InvalidKind", "nothing can be sent to " + name + " of group \"" + backend.group() + "\"");
        }
        return service(backend, namespace, name, permitted);
    }

    private Found forbidden(String name) {
        return Found.partly(
                "RefNotPermitted",
                name + " is in another namespace, which needs a ReferenceGrant there for "
                        + route.kind().text() + " of " + route.metadata().namespace());
    }

    private Found service(BackendRef backend, String namespace, String name, boolean permitted) {
        if (backend.name().indexOf('.') >= 0) {
            return Found.worthless(
                    "InvalidDestination", name + " has a host name; the name of the Service is expected");
        }
        Integer port = backend.port();
        if (port == null) {
            return Found.worthless("InvalidDestination", name + " needs a port");
        }
        if (!permitted) {
            return forbidden(name);
        }
        Service service = reader.visible(Service.class, new ObjectKey(Kind.SERVICE, namespace, backend.name()));
        if (service == null) {
            return Found.partly("BackendNotFound", "there is no " + name);
        }
        return RouteStandings.hasPort(service, port)
                ? Found.NOTHING
                : Found.partly("BackendNotFound", name + " has no port " + port);
    }

    /** A host name of the mesh instead of an object. */
    private Found host(BackendRef backend) {
        if (!backend.namespace().isEmpty()) {
            return Found.worthless(
                    "InvalidDestination", "host " + backend.name() + " is of no namespace; leave it out");
        }
        if (backend.port() == null) {
            return Found.worthless("InvalidDestination", "host " + backend.name() + " needs a port");
        }
        HostOwners owners = reader.owners(backend.name());
        return owners == null || owners.byNamespace().isEmpty()
                ? Found.partly("BackendNotFound", "there is no host " + backend.name())
                : Found.NOTHING;
    }

    private boolean isGranted(BackendRef backend, String namespace) {
        PersistentMap<ObjectKey, Boolean> grants = view.get(StandingEngine.GRANTS, namespace);
        if (grants == null) {
            return false;
        }
        boolean granted = false;
        for (ObjectKey key : grants.keys()) {
            ReferenceGrant grant = reader.visible(ReferenceGrant.class, key);
            granted |= grant != null
                    && grant.permits(
                            ApiNames.group(route.kind()),
                            route.kind().text(),
                            route.metadata().namespace(),
                            backend.group(),
                            backend.kind(),
                            backend.name());
        }
        return granted;
    }
}
