package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happens to requests or responses of a rule, or of one of its backends. */
public sealed interface RouteFilter {
    /** A header, or another named value. Names of headers do not depend on case. */
    record NamedValue(String name, String value) {
        public NamedValue {
            requireNonNull(name, "name");
            requireNonNull(value, "value");
        }
    }

    /** A change of headers: {@code set} replaces, {@code add} appends. */
    record HeaderChange(List<NamedValue> set, List<NamedValue> add, List<String> remove) {
        /** Changes nothing. */
        public static final HeaderChange NONE = new HeaderChange(List.of(), List.of(), List.of());

        public HeaderChange {
            set = List.copyOf(set);
            add = List.copyOf(add);
            remove = List.copyOf(remove);
        }
    }

    /** Changes the headers of requests. */
    record RequestHeaders(HeaderChange change) implements RouteFilter {}

    /** Changes the headers of responses. */
    record ResponseHeaders(HeaderChange change) implements RouteFilter {}

    /**
     * Sends a copy of requests to another backend, whose responses are thrown away.
     *
     * @param numerator of {@code denominator} requests so many are copied
     */
    record Mirror(BackendRef backend, int numerator, int denominator) implements RouteFilter {
        public Mirror {
            requireNonNull(backend, "backend");
        }
    }

    /** How a path is replaced: whole, or the prefix that the rule matched. */
    record PathChange(boolean prefixOnly, String replacement) {
        public PathChange {
            requireNonNull(replacement, "replacement");
        }
    }

    /**
     * Answers with a redirect. Texts that are not given are empty: they stay as in the request.
     *
     * @param port null when it follows from the scheme, or stays
     * @param statusCode 302 when the object names none
     */
    record Redirect(
            String scheme,
            String hostname,
            @Nullable PathChange path,
            @Nullable Integer port,
            int statusCode) implements RouteFilter {
        public Redirect {
            requireNonNull(scheme, "scheme");
            requireNonNull(hostname, "hostname");
        }
    }

    /** Changes authority (empty for no change) and path of requests. */
    record Rewrite(String hostname, @Nullable PathChange path) implements RouteFilter {
        public Rewrite {
            requireNonNull(hostname, "hostname");
        }
    }

    /**
     * Answers preflight requests, and lets other origins read responses.
     *
     * @param maxAgeSeconds 5 when the object names none
     */
    record Cors(
            List<String> allowOrigins,
            boolean allowCredentials,
            List<String> allowMethods,
            List<String> allowHeaders,
            List<String> exposeHeaders,
            int maxAgeSeconds)
            implements RouteFilter {
        public Cors {
            allowOrigins = List.copyOf(allowOrigins);
            allowMethods = List.copyOf(allowMethods);
            allowHeaders = List.copyOf(allowHeaders);
            exposeHeaders = List.copyOf(exposeHeaders);
        }
    }

    /** Is whatever another object says. */
    record Extension(String group, String kind, String name) implements RouteFilter {
        public Extension {
            requireNonNull(group, "group");
            requireNonNull(kind, "kind");
            requireNonNull(name, "name");
        }
    }

    /** A filter that is not known here; a rule with one must not pass requests on as if it were not there. */
    record Unknown(String type) implements RouteFilter {
        public Unknown {
            requireNonNull(type, "type");
        }
    }
}
