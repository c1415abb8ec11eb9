package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/** A route for connections whose TLS hello names a host; what is inside stays closed. */
public record TlsRoute(
        ObjectMeta metadata, List<ParentRef> parents, List<String> hostnames, List<RouteRules.Plain> rules)
        implements Route {
    public TlsRoute {
        requireNonNull(metadata, "metadata");
        parents = List.copyOf(parents);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    @Override
    public Kind kind() {
        return Kind.TLS_ROUTE;
    }

    @Override
    public List<BackendRef> allBackends() {
        List<BackendRef> all = new ArrayList<>();
        rules.forEach(rule -> all.addAll(rule.backends()));
        return List.copyOf(all);
    }
}
