package mesh.ambit.istiod.proxyless;

import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import mesh.ambit.kube.BackendRef;
import mesh.ambit.kube.GrpcRoute;
import mesh.ambit.kube.HttpRoute;
import mesh.ambit.kube.HttpRoute.ValueMatch;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.RouteFilter;
import mesh.ambit.kube.StringMatch;
import org.jspecify.annotations.Nullable;

/** Routes of the Gateway API, all of one kind and attached to one service, as one list in which the first match counts. */
final class GatewayRules {
    private final ProxylessMesh mesh;
    private final Viewer viewer;
    private final int port;
    private final Remarks remarks;
    private final List<Ranked> ranked = new ArrayList<>();

    /** A route with what it is compared by; more of the former comes before more of the latter. */
    private record Ranked(Route route, int first, int second, int third, int fourth) {}

    GatewayRules(ProxylessMesh mesh, Viewer viewer, int port, Remarks remarks) {
        this.mesh = mesh;
        this.viewer = viewer;
        this.port = port;
        this.remarks = remarks;
    }

    /** Returns the routes in their order; of equal ones those come first that were added first. */
    List<Route> routes() {
        return ranked.stream()
                .sorted(Comparator.comparingInt(Ranked::first)
                        .thenComparingInt(Ranked::second)
                        .thenComparingInt(Ranked::third)
                        .thenComparingInt(Ranked::fourth)
                        .reversed())
                .map(Ranked::route)
                .toList();
    }

    void add(HttpRoute route) {
        for (int i = 0; i < route.rules().size(); i++) {
            HttpRoute.Rule rule = route.rules().get(i);
            RouteAction action =
                    action(route, rule.filters(), rule.backends(), timeout(rule), retries(route, rule.retry()));
            List<HttpRoute.Match> matches = rule.matches().isEmpty()
                    ? List.of(new HttpRoute.Match(HttpRoute.PathMatch.ANY, List.of(), List.of(), ""))
                    : rule.matches();
            for (HttpRoute.Match match : matches) {
                add(route, name(route, rule.name(), i), match, action);
            }
        }
    }

    private void add(HttpRoute route, String name, HttpRoute.Match match, RouteAction action) {
        Matching matching = new Matching();
        headers(matching, match.headers());
        if (!match.queryParams().isEmpty()) {
            matching.query();
        }
        if (!match.method().isEmpty()) {
            matching.method(new StringMatch(StringMatch.Type.EXACT, match.method()));
        }
        List<RouteMatch> paths = paths(matching, match.path());
        String impossible = matching.impossible();
        if (impossible != null) {
            remarks.add(route, "rule " + name + ": no call matches, as " + impossible);
            return;
        }
        int rank = switch (match.path().type()) {
            case EXACT -> 3;
            case PREFIX -> 2;
            case REGEX -> 1;
        };
        for (RouteMatch path : paths) {
            ranked.add(new Ranked(
                    route(name, path, action),
                    rank,
                    match.path().value().length(),
                    match.method().isEmpty() ? 0 : 1,
                    distinct(match.headers())));
        }
    }

    /** A prefix is of whole segments. */
    private static List<RouteMatch> paths(Matching matching, HttpRoute.PathMatch path) {
        return switch (path.type()) {
            case EXACT -> List.of(matching.exact(path.value(), true));
            case PREFIX -> {
                String prefix = path.value().endsWith("/")
                        ? path.value().substring(0, path.value().length() - 1)
                        : path.value();
                yield prefix.isEmpty()
                        ? List.of(matching.prefix("/", true))
                        : List.of(matching.exact(prefix, true), matching.prefix(prefix + "/", true));
            }
            case REGEX -> {
                RouteMatch match = matching.regex(path.value());
                yield match == null ? List.of() : List.of(match);
            }
        };
    }

    void add(GrpcRoute route) {
        for (int i = 0; i < route.rules().size(); i++) {
            GrpcRoute.Rule rule = route.rules().get(i);
            RouteAction action = action(route, rule.filters(), rule.backends(), null, Forwarding.Retries.DEFAULT);
            List<GrpcRoute.Match> matches =
                    rule.matches().isEmpty() ? List.of(new GrpcRoute.Match(null, List.of())) : rule.matches();
            for (GrpcRoute.Match match : matches) {
                add(route, name(route, rule.name(), i), match, action);
            }
        }
    }

    private void add(GrpcRoute route, String name, GrpcRoute.Match match, RouteAction action) {
        Matching matching = new Matching();
        headers(matching, match.headers());
        GrpcRoute.MethodMatch method = match.method();
        RouteMatch path = method == null ? matching.prefix("/", true) : path(matching, method);
        String impossible = matching.impossible();
        if (impossible != null || path == null) {
            remarks.add(route, "rule " + name + ": no call matches, as " + impossible);
            return;
        }
        boolean exact = method != null && !method.regex();
        ranked.add(new Ranked(
                route(name, path, action),
                exact ? 1 : 0,
                method == null ? 0 : method.service().length(),
                method == null ? 0 : method.method().length(),
                distinct(match.headers())));
    }

    private static @Nullable RouteMatch path(Matching matching, GrpcRoute.MethodMatch method) {
        String any = "[^/]+";
        if (method.regex()) {
            return matching.regex("/" + (method.service().isEmpty() ? any : "(?:" + method.service() + ")") + "/"
                    + (method.method().isEmpty() ? any : "(?:" + method.method() + ")"));
        }
        if (method.service().isEmpty()) {
            return method.method().isEmpty()
                    ? matching.prefix("/", true)
                    : matching.regex("/" + any + "/" + Matchers.quoted(method.method()));
        }
        return method.method().isEmpty()
                ? matching.prefix("/" + method.service() + "/", true)
                : matching.exact("/" + method.service() + "/" + method.method(), true);
    }

    /** Of several conditions on one header the first counts. */
    private static void headers(Matching matching, List<ValueMatch> headers) {
        List<String> seen = new ArrayList<>();
        for (ValueMatch header : headers) {
            String name = header.name().toLowerCase(Locale.ROOT);
            if (!seen.contains(name)) {
                seen.add(name);
                StringMatch.Type type = header.regex() ? StringMatch.Type.REGEX : StringMatch.Type.EXACT;
                matching.header(name, new StringMatch(type, header.value()), false);
            }
        }
    }

    private static int distinct(List<ValueMatch> headers) {
        return (int) headers.stream()
                .map(header -> header.name().toLowerCase(Locale.ROOT))
                .distinct()
                .count();
    }

    private static Route route(String name, RouteMatch match, RouteAction action) {
        return Route.newBuilder().setName(name).setMatch(match).setRoute(action).build();
    }

    private static String name(KubeObject route, String rule, int index) {
        return route.metadata().namespace() + "." + route.metadata().name() + "."
                + (rule.isEmpty() ? Integer.toString(index) : rule);
    }

    private static @Nullable Duration timeout(HttpRoute.Rule rule) {
        HttpRoute.Timeouts timeouts = rule.timeouts();
        if (timeouts == null) {
            return null;
        }
        Duration ofBackend = timeouts.backendRequest();
        return rule.retry() == null && ofBackend != null && !ofBackend.isZero() ? ofBackend : timeouts.request();
    }

    private Forwarding.Retries retries(HttpRoute route, HttpRoute.@Nullable Retry retry) {
        if (retry == null) {
            return Forwarding.Retries.DEFAULT;
        }
        if (!retry.codes().isEmpty()) {
            remarks.add(route, "retry.codes: calls are tried again when unavailable or cancelled");
        }
        Integer attempts = retry.attempts();
        return new Forwarding.Retries(
                Forwarding.Retries.DEFAULT.on(),
                attempts == null ? Forwarding.Retries.DEFAULT.attempts() : attempts,
                retry.backoff());
    }

    private RouteAction action(
            KubeObject route,
            List<RouteFilter> filters,
            List<BackendRef> backends,
            @Nullable Duration timeout,
            Forwarding.Retries retries) {
        Forwarding forwarding = new Forwarding(mesh, viewer, route, port, remarks);
        String forbidding = forbidding(route, filters);
        if (forbidding != null) {
            forwarding.toNowhere(1, forbidding);
            return forwarding.action(null, null);
        }
        for (BackendRef backend : backends) {
            to(forwarding, route, backend);
        }
        return forwarding.action(timeout, retries);
    }

    private void to(Forwarding forwarding, KubeObject route, BackendRef backend) {
        String forbidding = forbidding(route, backend.filters());
        String namespace = backend.namespaceOr(route.metadata().namespace());
        boolean core = backend.group().isEmpty() || backend.group().equals("core");
        if (forbidding != null) {
            forwarding.toNowhere(backend.weight(), forbidding);
        } else if (core && backend.kind().equals("Service") && backend.port() != null) {
            String host =
                    backend.name() + "." + namespace + ".svc." + mesh.settings().domainSuffix();
            forwarding.to(host, "", backend.port(), backend.weight());
        } else if (backend.kind().equals("Hostname") && backend.group().equals("networking.istio.io")) {
            forwarding.to(backend.name(), "", backend.port(), backend.weight());
        } else {
            forwarding.toNowhere(
                    backend.weight(),
                    "backend " + backend.kind() + " " + backend.name() + " is no Service with a port");
        }
    }

    /**
     * Returns which filter forbids to send a call as it is, null for none. What changes only headers, or copies a call,
     * is left undone: the call reaches whom it should.
     */
    private @Nullable String forbidding(KubeObject route, List<RouteFilter> filters) {
        for (RouteFilter filter : filters) {
            switch (filter) {
                case RouteFilter.Redirect _ -> {
                    return "a redirect is not possible";
                }
                case RouteFilter.Extension extension -> {
                    return "filter " + extension.kind() + " " + extension.name() + " is not possible";
                }
                case RouteFilter.Unknown unknown -> {
                    return "filter " + unknown.type() + " is not possible";
                }
                case RouteFilter.Rewrite rewrite -> {
                    if (rewrite.path() != null) {
                        return "a rewrite of the path is not possible";
                    }
                    remarks.add(route, "the authority is not rewritten");
                }
                case RouteFilter.RequestHeaders _, RouteFilter.ResponseHeaders _ ->
                    remarks.add(route, "headers are not changed");
                case RouteFilter.Mirror _ -> remarks.add(route, "calls are not mirrored");
                case RouteFilter.Cors _ -> remarks.add(route, "cors has no effect");
            }
        }
        return null;
    }
}
