package mesh.ambit.istiod.proxyless;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mesh.ambit.kube.StringMatch;
import mesh.ambit.kube.VirtualService;
import mesh.ambit.kube.VirtualService.ClientMatch;
import mesh.ambit.kube.VirtualService.Fault;
import mesh.ambit.kube.VirtualService.HeaderOperations;
import mesh.ambit.kube.VirtualService.HttpMatch;
import mesh.ambit.kube.VirtualService.HttpRule;
import mesh.ambit.kube.VirtualService.WeightedDestination;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/** The rules of a VirtualService as routes, in its own order. */
final class VirtualServiceRules {
    /** What clients can try again for. */
    private static final Set<String> STATUSES =
            Set.of("cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable");

    private static final int PER_MILLION = 10_000;

    private final ProxylessMesh mesh;
    private final Viewer viewer;
    private final VirtualService source;
    private final Service service;
    private final int port;
    private final Remarks remarks;

    VirtualServiceRules(
            ProxylessMesh mesh, Viewer viewer, VirtualService source, Service service, int port, Remarks remarks) {
        this.mesh = mesh;
        this.viewer = viewer;
        this.source = source;
        this.service = service;
        this.port = port;
        this.remarks = remarks;
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (HttpRule rule : source.http()) {
            VirtualService.Delegate delegate = rule.delegate();
            if (delegate != null) {
                remarks.add(
                        source,
                        "a rule is left out: there is no delegate " + delegate.name()
                                + " without hosts that is for its namespace and about its requests");
                continue;
            }
            Route.Builder route = Route.newBuilder().setRoute(action(rule));
            Any fault = fault(rule.fault());
            if (fault != null) {
                route.putTypedPerFilterConfig(HttpFilters.FAULT, fault);
            }
            if (rule.matches().isEmpty()) {
                routes.add(route.setName(rule.name())
                        .setMatch(new Matching().prefix("/", true))
                        .build());
            }
            for (HttpMatch match : rule.matches()) {
                String name = match.name().isEmpty() ? rule.name() : rule.name() + "." + match.name();
                for (RouteMatch meant : matches(match)) {
                    routes.add(route.setName(name).setMatch(meant).build());
                }
            }
        }
        return routes;
    }

    /** Returns what {@code match} means for this client, one of which must fit; none when none of its calls is meant. */
    private List<RouteMatch> matches(HttpMatch match) {
        ClientMatch client = match.client();
        Integer asked = client.port();
        boolean concerns = (asked == null || asked == port)
                && viewer.labels().entrySet().containsAll(client.sourceLabels().entrySet())
                && (client.sourceNamespace().isEmpty()
                        || client.sourceNamespace().equals(viewer.namespace()))
                && (client.gateways().isEmpty() || client.gateways().contains(VirtualService.MESH));
        if (!concerns) {
            return List.of();
        }
        Matching matching = new Matching();
        match.headers().forEach((name, value) -> matching.header(name, value, false));
        match.withoutHeaders().forEach((name, value) -> matching.header(name, value, true));
        if (!match.queryParams().isEmpty()) {
            matching.query();
        }
        if (match.method() != null) {
            matching.method(match.method());
        }
        if (match.scheme() != null) {
            matching.scheme(match.scheme());
        }
        if (match.authority() != null) {
            matching.authority(match.authority(), List.of(service.hostname(), service.hostname() + ":" + port));
        }
        RouteMatch path = path(matching, match.uri(), !match.ignoreUriCase());
        if (matching.impossible() != null || path == null) {
            remarks.add(source, "no call matches where " + matching.impossible());
            return List.of();
        }
        return matching.variants(path);
    }

    /** A prefix is one of characters, not of segments. */
    private static @Nullable RouteMatch path(Matching matching, @Nullable StringMatch uri, boolean caseSensitive) {
        if (uri == null) {
            return matching.prefix("/", true);
        }
        return switch (uri.type()) {
            case EXACT -> matching.exact(uri.value(), caseSensitive);
            case PREFIX -> matching.prefix(uri.value(), caseSensitive);
            case PRESENT -> matching.prefix("/", true);
            case REGEX -> matching.regex(uri.value());
        };
    }

    private RouteAction action(HttpRule rule) {
        Forwarding forwarding = new Forwarding(mesh, viewer, source, port, remarks);
        String forbidden = forbidden(rule);
        if (forbidden != null) {
            forwarding.toNowhere(1, forbidden);
            return forwarding.action(null, null);
        }
        if (!rule.mirrors().isEmpty()) {
            remarks.add(source, "calls are not mirrored");
        }
        if (rule.cors() != null) {
            remarks.add(source, "corsPolicy has no effect");
        }
        boolean changes = !rule.headers().equals(HeaderOperations.NONE);
        boolean single = rule.route().size() == 1;
        for (WeightedDestination destination : rule.route()) {
            changes |= !destination.headers().equals(HeaderOperations.NONE);
            forwarding.to(
                    Hosts.full(
                            destination.destination().host(),
                            source.metadata().namespace(),
                            mesh.settings().domainSuffix()),
                    destination.destination().subset(),
                    destination.destination().port(),
                    single ? 1 : destination.weight());
        }
        if (changes) {
            remarks.add(source, "headers are not changed");
        }
        Duration timeout = rule.timeout();
        return forwarding.action(timeout, retries(rule.retries()));
    }

    /** Returns what forbids to send calls as they are; null for nothing. */
    private @Nullable String forbidden(HttpRule rule) {
        if (rule.redirect() != null) {
            return "a redirect is not possible";
        }
        if (rule.directResponse() != null) {
            return "a direct response is not possible";
        }
        VirtualService.Rewrite rewrite = rule.rewrite();
        if (rewrite != null) {
            if (!rewrite.uri().isEmpty() || !rewrite.regex().isEmpty()) {
                return "a rewrite of the path is not possible";
            }
            remarks.add(source, "the authority is not rewritten");
        }
        return null;
    }

    private Forwarding.Retries retries(VirtualService.@Nullable Retries retries) {
        if (retries == null) {
            return Forwarding.Retries.DEFAULT;
        }
        if (retries.perTryTimeout() != null) {
            remarks.add(source, "retries.perTryTimeout has no effect");
        }
        List<String> on = new ArrayList<>();
        for (String condition : retries.retryOn().split(",", -1)) {
            if (STATUSES.contains(condition.strip())) {
                on.add(condition.strip());
            }
        }
        if (on.isEmpty() && !retries.retryOn().isBlank()) {
            remarks.add(source, "retries.retryOn: calls are tried again when unavailable or cancelled");
        }
        return new Forwarding.Retries(
                on.isEmpty() ? Forwarding.Retries.DEFAULT.on() : String.join(",", on),
                retries.attempts(),
                retries.backoff());
    }

    /** What is not said to be for any request is for none. */
    private @Nullable Any fault(@Nullable Fault fault) {
        if (fault == null) {
            return null;
        }
        HTTPFault.Builder filter = HTTPFault.newBuilder();
        if (fault.delay() != null && fault.delayPercent() != null) {
            filter.setDelay(FaultDelay.newBuilder()
                    .setFixedDelay(Packing.duration(fault.delay()))
                    .setPercentage(percent(fault.delayPercent())));
        }
        if (fault.abortPercent() != null) {
            FaultAbort.Builder abort = FaultAbort.newBuilder().setPercentage(percent(fault.abortPercent()));
            if (fault.abortStatus() != null) {
                filter.setAbort(abort.setHttpStatus(fault.abortStatus()));
            } else if (!fault.abortGrpcStatus().isEmpty()) {
                filter.setAbort(abort.setGrpcStatus(code(fault.abortGrpcStatus())));
            }
        }
        return Packing.any(filter.build());
    }

    private static int code(String name) {
        for (Status.Code code : Status.Code.values()) {
            if (code.name().equals(name)) {
                return code.value();
            }
        }
        return Status.Code.UNKNOWN.value();
    }

    private static FractionalPercent percent(double percent) {
        return FractionalPercent.newBuilder()
                .setNumerator((int) Math.round(percent * PER_MILLION))
                .setDenominator(DenominatorType.MILLION)
                .build();
    }
}
