package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A route for HTTP requests. */
public record HttpRoute(ObjectMeta metadata, List<ParentRef> parents, List<String> hostnames, List<Rule> rules)
        implements Route {
    public HttpRoute {
        requireNonNull(metadata, "metadata");
        parents = List.copyOf(parents);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    @Override
    public Kind kind() {
        return Kind.HTTP_ROUTE;
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
     * What happens to requests that any of {@code matches} is about; without one, to all.
     *
     * @param name empty when not given
     * @param timeouts null when not given, as are the two after it
     */
    public record Rule(
            String name,
            List<Match> matches,
            List<RouteFilter> filters,
            List<BackendRef> backends,
            @Nullable Timeouts timeouts,
            @Nullable Retry retry,
            @Nullable SessionPersistence persistence) {
        public Rule {
            requireNonNull(name, "name");
            matches = List.copyOf(matches);
            filters = List.copyOf(filters);
            backends = List.copyOf(backends);
        }
    }

    /**
     * What a request must be like: everything given must hold.
     *
     * @param method empty for all
     */
    public record Match(PathMatch path, List<ValueMatch> headers, List<ValueMatch> queryParams, String method) {
        public Match {
            requireNonNull(path, "path");
            headers = List.copyOf(headers);
            queryParams = List.copyOf(queryParams);
            requireNonNull(method, "method");
        }
    }

    /** How the path of a request is compared. Prefixes are of whole segments. */
    public record PathMatch(PathType type, String value) {
        /** Every path. */
        public static final PathMatch ANY = new PathMatch(PathType.PREFIX, "/");

        public PathMatch {
            requireNonNull(type, "type");
            requireNonNull(value, "value");
        }
    }

    /** Ways to compare paths. */
    public enum PathType {
        EXACT,
        PREFIX,
        REGEX
    }

    /**
     * How a header or a query parameter is compared.
     *
     * @param regex whether {@code value} is an expression in RE2 syntax that the whole value must match
     */
    public record ValueMatch(String name, String value, boolean regex) {
        public ValueMatch {
            requireNonNull(name, "name");
            requireNonNull(value, "value");
        }
    }

    /** How long a request, and each attempt at it, may take. Null when not given, zero for no limit. */
    public record Timeouts(
            @Nullable Duration request, @Nullable Duration backendRequest) {}

    /**
     * When a request is tried again.
     *
     * @param codes statuses of responses after which it is
     * @param attempts null when not given
     * @param backoff at least this long between attempts; null when not given
     */
    public record Retry(
            List<Integer> codes,
            @Nullable Integer attempts,
            @Nullable Duration backoff) {
        public Retry {
            codes = List.copyOf(codes);
        }
    }

    /**
     * What keeps a client with its backend.
     *
     * @param header whether a header does, else a cookie
     * @param name of either; empty to choose one
     * @param path of the cookie
     * @param permanent whether the cookie outlives the client's session
     * @param absoluteTimeout null when not given
     */
    public record SessionPersistence(
            boolean header,
            String name,
            String path,
            boolean permanent,
            @Nullable Duration absoluteTimeout) {
        public SessionPersistence {
            requireNonNull(name, "name");
            requireNonNull(path, "path");
        }
    }
}
