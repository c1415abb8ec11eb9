package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How clients treat a host, a subset or a port. Texts that are not given are empty, numbers and parts null.
 *
 * @param ports by number; a port that has settings has none of the others here
 * @param proxyProtocol {@code V1} or {@code V2}
 */
public record TrafficPolicy(
        @Nullable LoadBalancer loadBalancer,
        @Nullable ConnectionPool connectionPool,
        @Nullable OutlierDetection outlierDetection,
        @Nullable ClientTls tls,
        Map<Integer, TrafficPolicy> ports,
        @Nullable Tunnel tunnel,
        String proxyProtocol,
        @Nullable RetryBudget retryBudget) {
    public TrafficPolicy {
        ports = Copies.sorted(ports);
        requireNonNull(proxyProtocol, "proxyProtocol");
    }

    /**
     * Which endpoint is chosen.
     *
     * @param simple name of a method, such as {@code ROUND_ROBIN}
     * @param locality null for that of the mesh
     * @param warmup new endpoints get their full share only after this time
     */
    public record LoadBalancer(
            String simple,
            @Nullable ConsistentHash consistentHash,
            @Nullable Locality locality,
            @Nullable Warmup warmup) {}

    /** Balancing by a hash of something that requests bring along. */
    public record ConsistentHash(
            String header,
            @Nullable Cookie cookie,
            boolean sourceIp,
            String queryParameter,
            @Nullable Integer ringSize,
            @Nullable Integer maglevTableSize) {}

    /** A cookie; without a time to live it is the client's to set. */
    public record Cookie(String name, String path, @Nullable Duration ttl) {}

    /** Preference for near endpoints. */
    public record Locality(
            @Nullable Boolean enabled,
            List<Distribution> distribute,
            Map<String, String> failover,
            List<String> failoverPriority) {
        public Locality {
            distribute = List.copyOf(distribute);
            failover = Copies.sorted(failover);
            failoverPriority = List.copyOf(failoverPriority);
        }
    }

    /** Shares, in percent, of the traffic that begins at a place. */
    public record Distribution(String from, Map<String, Integer> to) {
        public Distribution {
            to = Copies.sorted(to);
        }
    }

    /** How the share of a new endpoint grows. */
    public record Warmup(
            Duration duration,
            @Nullable Double minimumPercent,
            @Nullable Double aggression) {}

    /** Limits of connections and requests; null for none. */
    public record ConnectionPool(Tcp tcp, Http http) {}

    /** Limits of connections. */
    public record Tcp(
            @Nullable Integer maxConnections,
            @Nullable Duration connectTimeout,
            @Nullable Duration idleTimeout,
            @Nullable Duration maxConnectionDuration,
            @Nullable Keepalive keepalive) {
        static final Tcp NONE = new Tcp(null, null, null, null, null);
    }

    /** Probes of idle connections. */
    public record Keepalive(
            @Nullable Integer probes,
            @Nullable Duration time,
            @Nullable Duration interval) {}

    /** Limits of requests. */
    public record Http(
            @Nullable Integer http1MaxPendingRequests,
            @Nullable Integer http2MaxRequests,
            @Nullable Integer maxRequestsPerConnection,
            @Nullable Integer maxRetries,
            @Nullable Duration idleTimeout,
            String h2UpgradePolicy,
            boolean useClientProtocol,
            @Nullable Integer maxConcurrentStreams) {
        static final Http NONE = new Http(null, null, null, null, null, "", false, null);
    }

    /** When an endpoint is left alone for a while because of its errors; null for the proxy's default. Counts have no sign. */
    public record OutlierDetection(
            boolean splitExternalLocalOriginErrors,
            @Nullable Integer consecutiveLocalOriginFailures,
            @Nullable Integer consecutiveGatewayErrors,
            @Nullable Integer consecutive5xxErrors,
            @Nullable Duration interval,
            @Nullable Duration baseEjectionTime,
            @Nullable Integer maxEjectionPercent,
            @Nullable Integer minHealthPercent) {}

    /**
     * TLS towards the host.
     *
     * @param mode {@code DISABLE}, {@code SIMPLE}, {@code MUTUAL} or {@code ISTIO_MUTUAL}
     */
    public record ClientTls(
            String mode,
            String clientCertificate,
            String privateKey,
            String caCertificates,
            String caCrl,
            String credentialName,
            List<String> subjectAltNames,
            String sni,
            @Nullable Boolean insecureSkipVerify) {
        public ClientTls {
            subjectAltNames = List.copyOf(subjectAltNames);
        }
    }

    /** A tunnel to the host by way of another. */
    public record Tunnel(String protocol, String targetHost, int targetPort) {}

    /** How many requests may be retries; percentage from 0 to 100. */
    public record RetryBudget(
            @Nullable Double percent,
            @Nullable Integer minRetryConcurrency,
            @Nullable Duration interval) {}
}
