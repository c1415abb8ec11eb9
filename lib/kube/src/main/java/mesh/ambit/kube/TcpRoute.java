package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/** A route for connections. */
public record TcpRoute(ObjectMeta metadata, List<ParentRef> parents, List<RouteRules.Plain> rules) implements Route {
    public TcpRoute {
        requireNonNull(metadata, "metadata");
        parents = List.copyOf(parents);
        rules = List.copyOf(rules);
    }

    @Override
    public Kind kind() {
        return Kind.TCP_ROUTE;
    }

    @Override
    public List<String> hostnames() {
        return List.of();
    }

    @Override
    public List<BackendRef> allBackends() {
        List<BackendRef> all = new ArrayList<>();
        rules.forEach(rule -> all.addAll(rule.backends()));
        return List.copyOf(all);
    }
}
