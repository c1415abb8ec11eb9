package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How traffic to hosts is routed. Texts that are not given are empty, numbers and parts null.
 *
 * @param gateways where it counts; none means in the mesh
 * @param exportTo namespaces in which it counts, {@code .} for its own, {@code *} or none for all
 */
public record VirtualService(
        ObjectMeta metadata,
        List<String> hosts,
        List<String> gateways,
        List<String> exportTo,
        List<HttpRule> http,
        List<ConnectionRule> tls,
        List<ConnectionRule> tcp)
        implements KubeObject {
    /** The gateway that stands for all clients in the mesh. */
    public static final String MESH = "mesh";

    public VirtualService {
        requireNonNull(metadata, "metadata");
        hosts = List.copyOf(hosts);
        gateways = List.copyOf(gateways);
        exportTo = List.copyOf(exportTo);
        http = List.copyOf(http);
        tls = List.copyOf(tls);
        tcp = List.copyOf(tcp);
    }

    @Override
    public Kind kind() {
        return Kind.VIRTUAL_SERVICE;
    }

    /**
     * What happens to requests that any of {@code matches} is about; without one, to all. One of {@code route},
     * {@code redirect}, {@code directResponse} and {@code delegate} says where they go.
     *
     * @param timeout zero for no limit
     */
    public record HttpRule(
            String name,
            List<HttpMatch> matches,
            List<WeightedDestination> route,
            @Nullable Redirect redirect,
            @Nullable DirectResponse directResponse,
            @Nullable Delegate delegate,
            @Nullable Rewrite rewrite,
            @Nullable Duration timeout,
            @Nullable Retries retries,
            @Nullable Fault fault,
            List<Mirror> mirrors,
            @Nullable Cors cors,
            HeaderOperations headers) {
        public HttpRule {
            requireNonNull(name, "name");
            matches = List.copyOf(matches);
            route = List.copyOf(route);
            mirrors = List.copyOf(mirrors);
            requireNonNull(headers, "headers");
        }
    }

    /** What a request must be like: everything given must hold. */
    public record HttpMatch(
            String name,
            @Nullable StringMatch uri,
            boolean ignoreUriCase,
            @Nullable StringMatch scheme,
            @Nullable StringMatch method,
            @Nullable StringMatch authority,
            Map<String, StringMatch> headers,
            Map<String, StringMatch> withoutHeaders,
            Map<String, StringMatch> queryParams,
            ClientMatch client,
            String statPrefix) {
        public HttpMatch {
            requireNonNull(name, "name");
            headers = Copies.sorted(headers);
            withoutHeaders = Copies.sorted(withoutHeaders);
            queryParams = Copies.sorted(queryParams);
            requireNonNull(client, "client");
            requireNonNull(statPrefix, "statPrefix");
        }
    }

    /**
     * Which connections are meant, by where they come from.
     *
     * @param port that they were made to
     */
    public record ClientMatch(
            @Nullable Integer port, Map<String, String> sourceLabels, String sourceNamespace, List<String> gateways) {
        public ClientMatch {
            sourceLabels = Copies.sorted(sourceLabels);
            requireNonNull(sourceNamespace, "sourceNamespace");
            gateways = List.copyOf(gateways);
        }
    }

    /** A host, perhaps a subset of it, perhaps one port. */
    public record Destination(
            String host, String subset, @Nullable Integer port) {
        public Destination {
            requireNonNull(host, "host");
            requireNonNull(subset, "subset");
        }
    }

    /**
     * Where some of the traffic goes.
     *
     * @param weight share among the destinations of a rule; 0 when not given, which means all for a single one
     */
    public record WeightedDestination(Destination destination, int weight, HeaderOperations headers) {
        public WeightedDestination {
            requireNonNull(destination, "destination");
            requireNonNull(headers, "headers");
        }
    }

    /** Changes of headers: {@code set} replaces, {@code add} appends. */
    public record HeaderOperations(HeaderMaps request, HeaderMaps response) {
        /** Changes nothing. */
        public static final HeaderOperations NONE = new HeaderOperations(HeaderMaps.NONE, HeaderMaps.NONE);

        public HeaderOperations {
            requireNonNull(request, "request");
            requireNonNull(response, "response");
        }
    }

    /** Changes of headers in one direction. */
    public record HeaderMaps(Map<String, String> set, Map<String, String> add, List<String> remove) {
        /** Changes nothing. */
        public static final HeaderMaps NONE = new HeaderMaps(Map.of(), Map.of(), List.of());

        public HeaderMaps {
            set = Copies.sorted(set);
            add = Copies.sorted(add);
            remove = List.copyOf(remove);
        }
    }

    /** Answers with a redirect; code 301 when not given. */
    public record Redirect(
            String uri,
            String prefixRewrite,
            String authority,
            String scheme,
            @Nullable Integer port,
            String derivePort,
            @Nullable Integer code) {}

    /** Answers with a status and a body, which may be text or, in base 64, bytes. */
    public record DirectResponse(int status, String text, String bytes) {}

    /** Another VirtualService that says more. */
    public record Delegate(String name, String namespace) {}

    /** Changes path and authority; an expression, in RE2 syntax, with its replacement, or a prefix. */
    public record Rewrite(String uri, String authority, String regex, String regexReplacement) {}

    /** When a request is tried again. */
    public record Retries(
            int attempts,
            @Nullable Duration perTryTimeout,
            String retryOn,
            @Nullable Boolean remoteLocalities,
            @Nullable Boolean ignorePreviousHosts,
            @Nullable Duration backoff) {}

    /** Trouble made on purpose; percentages from 0 to 100, null for no request. */
    public record Fault(
            @Nullable Duration delay,
            @Nullable Double delayPercent,
            @Nullable Integer abortStatus,
            String abortGrpcStatus,
            @Nullable Double abortPercent) {}

    /** A copy of requests sent elsewhere; percentage from 0 to 100, null for all requests. */
    public record Mirror(Destination destination, @Nullable Double percent) {
        public Mirror {
            requireNonNull(destination, "destination");
        }
    }

    /** Which other origins may read responses. */
    public record Cors(
            List<StringMatch> allowOrigins,
            List<String> allowMethods,
            List<String> allowHeaders,
            List<String> exposeHeaders,
            @Nullable Duration maxAge,
            @Nullable Boolean allowCredentials,
            String unmatchedPreflights) {
        public Cors {
            allowOrigins = List.copyOf(allowOrigins);
            allowMethods = List.copyOf(allowMethods);
            allowHeaders = List.copyOf(allowHeaders);
            exposeHeaders = List.copyOf(exposeHeaders);
        }
    }

    /** Where connections go that any of {@code matches} is about; without one, all. */
    public record ConnectionRule(List<ConnectionMatch> matches, List<WeightedDestination> route) {
        public ConnectionRule {
            matches = List.copyOf(matches);
            route = List.copyOf(route);
        }
    }

    /**
     * What a connection must be like.
     *
     * @param sniHosts names in the TLS hello; none for plain connections
     */
    public record ConnectionMatch(
            List<String> sniHosts, List<String> destinationSubnets, String sourceSubnet, ClientMatch client) {
        public ConnectionMatch {
            sniHosts = List.copyOf(sniHosts);
            destinationSubnets = List.copyOf(destinationSubnets);
            requireNonNull(sourceSubnet, "sourceSubnet");
            requireNonNull(client, "client");
        }
    }
}
