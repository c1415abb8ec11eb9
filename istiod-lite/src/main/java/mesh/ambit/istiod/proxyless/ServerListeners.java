package mesh.ambit.istiod.proxyless;

import com.google.protobuf.BoolValue;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.NonForwardingAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mesh.ambit.istiod.ambient.DryRun;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.WorkloadSelector;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/** What a gRPC server is told: whom to let in, and how. Without it a server does not serve. */
final class ServerListeners {
    private static final String RBAC_FILTER = "envoy.filters.http.rbac";
    private static final String DENY_FILTER = RBAC_FILTER + ".DENY";

    private ServerListeners() {}

    /** Returns the listener {@code name}, or null when the mesh does not know the server. */
    static @Nullable Listener of(ProxylessMesh mesh, Viewer viewer, String name, ListenerName parsed, Remarks remarks) {
        Workload server = Identification.of(mesh, viewer).workload();
        if (server == null) {
            return null;
        }
        Map<String, String> labels = mesh.labels().findOr(server.uid(), viewer.labels());
        boolean tls = MutualTls.required(mesh, server, labels, parsed.port());
        FilterChain.Builder chain =
                chain(tls ? "mtls" : "plaintext", filters(mesh.rules(), server.namespace(), labels, remarks));
        if (tls) {
            chain.setTransportSocket(TlsSettings.required());
        }
        return Listener.newBuilder()
                .setName(name)
                .setAddress(Sources.address(parsed.host(), parsed.port()))
                .addFilterChains(chain)
                .build();
    }

    /** Returns {@code listener} as one that lets nobody in and asks for nothing that a server may not have. */
    static Listener closed(Listener listener) {
        HttpFilter nobody = rbac(RBAC_FILTER, Rbac.allowing(List.of(), new Remarks()));
        return listener.toBuilder()
                .clearFilterChains()
                .addFilterChains(chain("plaintext", List.of(nobody, HttpFilters.router())))
                .build();
    }

    private static FilterChain.Builder chain(String suffix, List<HttpFilter> filters) {
        HttpConnectionManager manager = HttpConnectionManager.newBuilder()
                .setRouteConfig(everything())
                .addAllHttpFilters(filters)
                .build();
        return FilterChain.newBuilder()
                .setName("inbound-" + suffix)
                .addFilters(Filter.newBuilder().setName("inbound-hcm" + suffix).setTypedConfig(Packing.any(manager)));
    }

    private static List<HttpFilter> filters(
            Rules rules, String namespace, Map<String, String> labels, Remarks remarks) {
        List<AuthorizationPolicy> denying = new ArrayList<>();
        List<AuthorizationPolicy> allowing = new ArrayList<>();
        for (AuthorizationPolicy policy : rules.authorization(namespace)) {
            if (!isAbout(policy, labels)) {
                continue;
            }
            switch (policy.action()) {
                case ALLOW -> allowing.add(policy);
                case DENY -> denying.add(policy);
                case CUSTOM -> {
                    remarks.add(policy, "a server asks nobody else; what the policy is about is refused");
                    denying.add(policy);
                }
                case AUDIT -> remarks.add(policy, "a server keeps no audit; the policy has no effect");
            }
        }
        List<HttpFilter> filters = new ArrayList<>();
        RBAC deny = Rbac.denying(denying, remarks);
        if (deny.getPoliciesCount() > 0) {
            filters.add(rbac(DENY_FILTER, deny));
        }
        if (!allowing.isEmpty()) {
            filters.add(rbac(RBAC_FILTER, Rbac.allowing(allowing, remarks)));
        }
        filters.add(HttpFilters.router());
        return filters;
    }

    /** Policies attached to other objects are a waypoint's; a selector without terms selects all. */
    private static boolean isAbout(AuthorizationPolicy policy, Map<String, String> labels) {
        WorkloadSelector selector = policy.selector();
        return policy.targetRefs().isEmpty()
                && !DryRun.isOn(policy)
                && (selector == null
                        || labels.entrySet().containsAll(selector.matchLabels().entrySet()));
    }

    private static HttpFilter rbac(String name, RBAC rules) {
        return HttpFilters.filter(
                name,
                io.envoyproxy
                        .envoy
                        .extensions
                        .filters
                        .http
                        .rbac
                        .v3
                        .RBAC
                        .newBuilder()
                        .setRules(rules)
                        .build());
    }

    /** The application answers, whatever is asked. */
    private static RouteConfiguration everything() {
        return RouteConfiguration.newBuilder()
                .setName("inbound")
                .addVirtualHosts(VirtualHost.newBuilder()
                        .setName("inbound")
                        .addDomains("*")
                        .addRoutes(Route.newBuilder()
                                .setMatch(RouteMatch.newBuilder().setPrefix("/").setCaseSensitive(BoolValue.of(true)))
                                .setNonForwardingAction(NonForwardingAction.getDefaultInstance())))
                .build();
    }
}
