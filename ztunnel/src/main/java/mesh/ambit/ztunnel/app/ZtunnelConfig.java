package mesh.ambit.ztunnel.app;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.TokenSource;
import mesh.ambit.channel.TrustRoots;
import mesh.ambit.config.Environment;
import mesh.ambit.hbone.TunnelSettings;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.telemetry.LogFilter;
import mesh.ambit.telemetry.LogFormat;
import mesh.ambit.ztunnel.inbound.ConnectHostname;
import mesh.ambit.ztunnel.inpod.Transparency;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon is told by its environment, under upstream's names and with upstream's defaults. Variables that are not
 * read here are accepted and mean nothing.
 *
 * @param network our network id
 * @param node the node we serve; null serves whatever is handed over and fetches nothing ahead
 * @param clusterId our cluster
 * @param trustDomain our own trust domain, for display
 * @param self our own pod; null when the environment does not describe it, and then it is not served
 * @param podName our own pod's name, perhaps empty
 * @param podNamespace its namespace, perhaps empty
 * @param instanceIp our own address, perhaps empty
 * @param metadata what the control plane is told about us besides
 * @param xds where the mesh comes from; null for nowhere
 * @param ca who signs certificates
 * @param certificateLifetime what certificates are asked for
 * @param agentSocket where the node agent listens
 * @param mark what our sockets inside pods are marked with
 * @param reusePort whether our successor may listen beside us
 * @param originalSource whether applications see their clients' addresses
 * @param ipv6 whether we listen on IPv6 too
 * @param tunnels parameters of HBONE's HTTP/2
 * @param connectHostname whose services a tunnel may name
 * @param baggage whether tunnels describe workloads to each other
 * @param policyLogging whether decisions are logged at info
 * @param drainDeadline how long connections may live on at the end
 * @param workers event loops
 * @param version the version that metrics show
 * @param logFilter levels at the start
 * @param logFormat how lines are written
 */
record ZtunnelConfig(
        String network,
        @Nullable String node,
        String clusterId,
        String trustDomain,
        @Nullable WorkloadInfo self,
        String podName,
        String podNamespace,
        String instanceIp,
        SortedMap<String, String> metadata,
        @Nullable ControlPlane xds,
        ControlPlane ca,
        Duration certificateLifetime,
        Path agentSocket,
        int mark,
        boolean reusePort,
        Transparency.Wish originalSource,
        boolean ipv6,
        TunnelSettings tunnels,
        ConnectHostname connectHostname,
        boolean baggage,
        boolean policyLogging,
        Duration drainDeadline,
        int workers,
        String version,
        LogFilter logFilter,
        LogFormat logFormat) {
    private static final String IN_CLUSTER = "https://istiod.istio-system.svc:15012";
    private static final String ON_THIS_MACHINE = "https://localhost:15012";
    private static final String DEFAULT_ROOTS = "./var/run/secrets/istio/root-cert.pem";
    private static final String DEFAULT_TOKEN = "./var/run/secrets/tokens/istio-token";
    private static final String DEFAULT_SOCKET = "/var/run/ztunnel/ztunnel.sock";
    private static final int DEFAULT_MARK = 1337;
    private static final int MAX_WINDOW = Integer.MAX_VALUE;

    /**
     * Reads the environment.
     *
     * @param processors of this machine
     * @throws mesh.ambit.config.ConfigException with everything that is wrong
     */
    static ZtunnelConfig from(Environment env, int processors) {
        String mode = env.text("PROXY_MODE", "shared");
        if (!mode.equals("shared")) {
            env.reject("PROXY_MODE", mode, "not supported, expected: shared");
        }
        if (env.flag("XDS_ON_DEMAND", false)) {
            env.reject("XDS_ON_DEMAND", "true", "not supported, expected: false");
        }
        String network = env.text("NETWORK", "");
        String clusterId = env.text("ISTIO_META_CLUSTER_ID", env.text("CLUSTER_ID", "Kubernetes"));
        TokenSource token = token(env);
        String fallback = env.text("KUBERNETES_SERVICE_HOST") != null ? IN_CLUSTER : ON_THIS_MACHINE;
        String caAddress = env.text("CA_ADDRESS", fallback);
        if (caAddress.isEmpty()) {
            env.reject("CA_ADDRESS", "", "empty, expected: https://host:port");
            caAddress = fallback;
        }
        ControlPlane ca = controlPlane(env, "CA", caAddress, token, clusterId);
        String xdsAddress = env.text("XDS_ADDRESS", fallback);
        ControlPlane xds = xdsAddress.isEmpty() ? null : controlPlane(env, "XDS", xdsAddress, token, clusterId);
        ZtunnelConfig config = new ZtunnelConfig(
                network,
                env.text("NODE_NAME"),
                clusterId,
                env.text("TRUST_DOMAIN", SpiffeId.DEFAULT_TRUST_DOMAIN),
                self(env),
                env.text("POD_NAME", ""),
                env.text("POD_NAMESPACE", ""),
                env.text("INSTANCE_IP", ""),
                metadata(env),
                xds,
                ca,
                env.duration("SECRET_TTL", Duration.ofHours(24)),
                env.path("INPOD_UDS", Path.of(DEFAULT_SOCKET)),
                env.number("PACKET_MARK", DEFAULT_MARK, 0, Integer.MAX_VALUE),
                env.flag("INPOD_PORT_REUSE", true),
                originalSource(env),
                env.flag("IPV6_ENABLED", true),
                tunnels(env),
                env.value("AMBIT_CONNECT_HOSTNAME", ConnectHostname.OWN, ZtunnelConfig::connectHostname),
                env.flag("ENABLE_RESPONSE_BAGGAGE", true),
                env.text("AUTHZ_POLICY_INFO_LOGGING", "").equals("true"),
                drainDeadline(env),
                WorkerThreads.from(env, processors),
                env.text("ISTIO_META_ISTIO_VERSION", ""),
                env.value(
                        "RUST_LOG",
                        LogFilter.parse(LogFilter.NODE_PROXY_DIRECTIVE + ",info"),
                        text -> LogFilter.parse(LogFilter.NODE_PROXY_DIRECTIVE + "," + text)),
                env.value("LOG_FORMAT", LogFormat.PLAIN, LogFormat::parse));
        env.throwIfInvalid();
        return config;
    }

    private static ControlPlane controlPlane(
            Environment env, String prefix, String address, @Nullable TokenSource token, String clusterId) {
        String variable = prefix + "_ADDRESS";
        URI uri;
        try {
            uri = ControlPlane.parseAddress(address);
        } catch (IllegalArgumentException e) {
            env.reject(variable, address, String.valueOf(e.getMessage()));
            uri = URI.create(ON_THIS_MACHINE);
        }
        SortedMap<String, String> headers = new TreeMap<>();
        try {
            headers = ControlPlane.parseHeaders(env.withPrefix(prefix + "_HEADER_"));
        } catch (IllegalArgumentException e) {
            env.reject(prefix + "_HEADER_*: " + e.getMessage());
        }
        return new ControlPlane(
                uri,
                TrustRoots.parse(env.text(prefix + "_ROOT_CA", DEFAULT_ROOTS)),
                env.text("ALT_" + prefix + "_HOSTNAME"),
                token,
                clusterId,
                headers);
    }

    private static @Nullable TokenSource token(Environment env) {
        String value = env.text("AUTH_TOKEN");
        if (value != null) {
            return TokenSource.parse(value);
        }
        return Files.exists(Path.of(DEFAULT_TOKEN)) ? TokenSource.parse(DEFAULT_TOKEN) : null;
    }

    private static @Nullable WorkloadInfo self(Environment env) {
        String name = env.text("POD_NAME");
        String namespace = env.text("POD_NAMESPACE");
        String account = env.text("SERVICE_ACCOUNT");
        return name == null || namespace == null || account == null ? null : new WorkloadInfo(name, namespace, account);
    }

    private static SortedMap<String, String> metadata(Environment env) {
        return new TreeMap<>(Map.copyOf(env.withPrefix("ISTIO_META_")));
    }

    private static Transparency.Wish originalSource(Environment env) {
        if (env.text("ENABLE_ORIG_SRC") == null) {
            return Transparency.Wish.BEST_EFFORT;
        }
        return env.flag("ENABLE_ORIG_SRC", true) ? Transparency.Wish.REQUIRED : Transparency.Wish.OFF;
    }

    private static TunnelSettings tunnels(Environment env) {
        TunnelSettings defaults = TunnelSettings.DEFAULT;
        return new TunnelSettings(
                (int) env.size("HTTP2_STREAM_WINDOW_SIZE", defaults.streamWindowBytes(), 65_535, MAX_WINDOW),
                (int) env.size("HTTP2_CONNECTION_WINDOW_SIZE", defaults.connectionWindowBytes(), 65_535, MAX_WINDOW),
                (int) env.size("HTTP2_FRAME_SIZE", defaults.maxFrameBytes(), 16_384, 16_777_215),
                env.number("POOL_MAX_STREAMS_PER_CONNECTION", defaults.maxStreamsPerTunnel(), 1, 65_535),
                env.duration("POOL_UNUSED_RELEASE_TIMEOUT", defaults.unusedRelease()));
    }

    private static ConnectHostname connectHostname(String text) {
        return switch (text) {
            case "own" -> ConnectHostname.OWN;
            case "any" -> ConnectHostname.ANY;
            default -> throw new IllegalArgumentException("expected: own or any");
        };
    }

    /** The pod's grace less a margin for our own end, where the environment names it; else a deadline of our own. */
    private static Duration drainDeadline(Environment env) {
        Duration own = Duration.ofSeconds(5);
        if (env.text("CONNECTION_TERMINATION_DEADLINE") != null) {
            return env.duration("CONNECTION_TERMINATION_DEADLINE", own);
        }
        if (env.text("TERMINATION_GRACE_PERIOD_SECONDS") == null) {
            return own;
        }
        int grace = env.number("TERMINATION_GRACE_PERIOD_SECONDS", 10, 0, Integer.MAX_VALUE);
        return Duration.ofSeconds(Math.max(1, grace > 10 ? grace - 5 : grace - 1));
    }
}
