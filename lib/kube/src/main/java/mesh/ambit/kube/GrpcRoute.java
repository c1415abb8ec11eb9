package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A route for calls of gRPC. */
public record GrpcRoute(ObjectMeta metadata, List<ParentRef> parents, List<String> hostnames, List<Rule> rules)
        implements Route {
    public GrpcRoute {
        requireNonNull(metadata, "metadata");
        parents = List.copyOf(parents);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    @Override
    public Kind kind() {
        return Kind.GRPC_ROUTE;
    }

    @Override
    public List<BackendRef> allBackends() {
        List<BackendRef> all = new ArrayList<>();
        for (Rule rule : rules) {
            RouteRules.addBackends(all, rule.backends(), rule.filters());
        }
        return List.copyOf(all);
    }

    /**
     * What happens to calls that any of {@code matches} is about; without one, to all.
     *
     * @param name empty when not given
     * @param persistence null when not given
     */
    public record Rule(
            String name,
            List<Match> matches,
            List<RouteFilter> filters,
            List<BackendRef> backends,
            HttpRoute.@Nullable SessionPersistence persistence) {
        public Rule {
            requireNonNull(name, "name");
            matches = List.copyOf(matches);
            filters = List.copyOf(filters);
            backends = List.copyOf(backends);
        }
    }

    /**
     * What a call must be like: everything given must hold.
     *
     * @param method null for all methods
     */
    public record Match(@Nullable MethodMatch method, List<HttpRoute.ValueMatch> headers) {
        public Match {
            headers = List.copyOf(headers);
        }
    }

    /**
     * Which methods are meant.
     *
     * @param service with its package; empty for every service
     * @param method empty for every method
     * @param regex whether both are expressions in RE2 syntax
     */
    public record MethodMatch(String service, String method, boolean regex) {
        public MethodMatch {
            requireNonNull(service, "service");
            requireNonNull(method, "method");
        }
    }
}
