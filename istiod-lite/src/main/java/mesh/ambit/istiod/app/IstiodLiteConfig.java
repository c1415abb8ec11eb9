package mesh.ambit.istiod.app;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.config.HostPort;
import mesh.ambit.istiod.ambient.Feature;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.issuer.AuthorityConfig;
import mesh.ambit.istiod.issuer.CertificateRules;
import mesh.ambit.telemetry.LogFilter;
import mesh.ambit.telemetry.LogFormat;
import org.jspecify.annotations.Nullable;

/**
 * What the controller is told, all of it checked.
 *
 * @param folder the objects; null to read them from a Kubernetes cluster
 * @param clusters objects of other clusters, by the IDs of these; only with a folder
 * @param kubernetes what is needed for that
 * @param state where keys, tokens and assigned addresses are kept
 * @param secureGrpc port of discovery and certificates
 * @param http port of readiness and debug pages
 * @param monitoring port of metrics
 * @param https port on which an API server has objects validated; null for none
 * @param addresses further names of the serving certificate
 * @param nodes nodes that get a token though no object names them
 * @param mesh what the computation needs to know
 * @param trustedNodeAccounts whose tokens may ask for identities of pods, {@code namespace/serviceaccount}
 * @param certificates lifetimes
 * @param authority what signs them
 * @param customHosts further DNS names of the serving certificate
 * @param audiences for which tokens are accepted; ours are minted for the first
 * @param discovery how the mesh is told to the proxies
 * @param logFilter what is logged
 * @param logFormat how
 */
record IstiodLiteConfig(
        @Nullable Path folder,
        SortedMap<String, Path> clusters,
        KubernetesConfig kubernetes,
        Path state,
        InetSocketAddress secureGrpc,
        InetSocketAddress http,
        InetSocketAddress monitoring,
        @Nullable InetSocketAddress https,
        List<InetAddress> addresses,
        Set<String> nodes,
        MeshSettings mesh,
        Set<String> trustedNodeAccounts,
        CertificateRules certificates,
        AuthorityConfig authority,
        List<String> customHosts,
        List<String> audiences,
        DiscoverySettings discovery,
        LogFilter logFilter,
        LogFormat logFormat) {
    static final String CLUSTER_ID = "CLUSTER_ID";
    static final String TRUST_DOMAIN = "TRUST_DOMAIN";
    static final String POD_NAMESPACE = "POD_NAMESPACE";
    static final String REVISION = "REVISION";
    static final String SHARED_MESH_CONFIG = "SHARED_MESH_CONFIG";
    static final String CA_TRUSTED_NODE_ACCOUNTS = "CA_TRUSTED_NODE_ACCOUNTS";
    static final String DEFAULT_WORKLOAD_CERT_TTL = "DEFAULT_WORKLOAD_CERT_TTL";
    static final String MAX_WORKLOAD_CERT_TTL = "MAX_WORKLOAD_CERT_TTL";
    static final String ISTIOD_CUSTOM_HOST = "ISTIOD_CUSTOM_HOST";
    static final String TOKEN_AUDIENCES = "TOKEN_AUDIENCES";

    private static final Duration DEFAULT_TTL = Duration.ofHours(24);
    private static final Duration MAX_TTL = Duration.ofDays(90);

    IstiodLiteConfig {
        addresses = List.copyOf(addresses);
        nodes = Set.copyOf(nodes);
        trustedNodeAccounts = Set.copyOf(trustedNodeAccounts);
        audiences = List.copyOf(audiences);
        customHosts = List.copyOf(customHosts);
    }

    /**
     * Reads flags and environment.
     *
     * @throws ConfigException with everything that is wrong
     */
    static IstiodLiteConfig of(IstiodLiteOptions options, Environment environment, int processors) {
        CertificateRules certificates = certificates(environment);
        if (options.folder != null && options.kubeconfig != null) {
            environment.reject("--folder and --kubeconfig exclude each other: objects have one source");
        }
        if (options.folder == null && !options.clusters.isEmpty()) {
            environment.reject(
                    ClusterFolders.OPTION + " needs --folder: other clusters of a cluster are named by Secrets");
        }
        MeshSettings mesh = mesh(environment, options.domain);
        IstiodLiteConfig config = new IstiodLiteConfig(
                options.folder,
                ClusterFolders.checked(options.clusters, mesh, environment),
                KubernetesConfig.from(environment, options.kubeconfig, mesh, options.clusterAliases),
                options.state,
                address("--secureGRPCAddr", options.secureGrpcAddr, environment),
                address("--httpAddr", options.httpAddr, environment),
                address("--monitoringAddr", options.monitoringAddr, environment),
                options.httpsAddr == null ? null : address("--httpsAddr", options.httpsAddr, environment),
                literals(options.addresses, environment),
                new LinkedHashSet<>(options.nodes),
                mesh,
                environment.value(CA_TRUSTED_NODE_ACCOUNTS, Set.of("istio-system/ztunnel"), IstiodLiteConfig::accounts),
                certificates,
                AuthorityConfig.from(environment)
                        .orAuditTo(options.state.resolve("istiod").resolve("audit.jsonl")),
                environment.value(ISTIOD_CUSTOM_HOST, List.of(), IstiodLiteConfig::hosts),
                environment.value(TOKEN_AUDIENCES, List.of("istio-ca"), IstiodLiteConfig::audiences),
                DiscoverySettings.from(options.discovery, environment, processors),
                logFilter(options.logOutputLevel, environment),
                options.logAsJson ? LogFormat.JSON : LogFormat.PLAIN);
        environment.throwIfInvalid();
        return config;
    }

    /** Returns what the computation needs to know; what is wrong is noted in {@code environment}. */
    static MeshSettings mesh(Environment environment, String domain) {
        return new MeshSettings(
                required(CLUSTER_ID, MeshSettings.DEFAULT.clusterId(), environment),
                required(TRUST_DOMAIN, MeshSettings.DEFAULT.trustDomain(), environment),
                domain,
                required(POD_NAMESPACE, MeshSettings.DEFAULT.rootNamespace(), environment),
                required(POD_NAMESPACE, MeshSettings.DEFAULT.systemNamespace(), environment),
                environment.value(REVISION, MeshSettings.DEFAULT.revision(), IstiodLiteConfig::name),
                environment.value(SHARED_MESH_CONFIG, MeshSettings.DEFAULT.sharedConfig(), IstiodLiteConfig::name),
                Feature.from(environment));
    }

    private static CertificateRules certificates(Environment environment) {
        Duration ttl = environment.duration(DEFAULT_WORKLOAD_CERT_TTL, DEFAULT_TTL);
        Duration max = environment.duration(MAX_WORKLOAD_CERT_TTL, MAX_TTL);
        try {
            return new CertificateRules(ttl, max);
        } catch (IllegalArgumentException e) {
            environment.reject(DEFAULT_WORKLOAD_CERT_TTL + " and " + MAX_WORKLOAD_CERT_TTL + ": " + e.getMessage());
            return new CertificateRules(DEFAULT_TTL, MAX_TTL);
        }
    }

    private static String required(String name, String fallback, Environment environment) {
        return environment.value(name, fallback, text -> {
            if (text.isEmpty() || text.indexOf('/') >= 0) {
                throw new IllegalArgumentException("expected: not empty, no slash");
            }
            return text;
        });
    }

    /** An object's name, or nothing. */
    private static String name(String text) {
        if (!text.isEmpty() && !text.matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?")) {
            throw new IllegalArgumentException("expected: lower case letters, digits, dashes and dots");
        }
        return text;
    }

    private static Set<String> accounts(String text) {
        Set<String> accounts = new LinkedHashSet<>();
        for (String account : text.split(",", -1)) {
            if (!account.isBlank() && !account.strip().matches("[^/\\s]+/[^/\\s]+")) {
                throw new IllegalArgumentException(
                        "'" + account + "' is no account, expected: namespace/serviceaccount,…");
            }
            if (!account.isBlank()) {
                accounts.add(account.strip());
            }
        }
        return accounts;
    }

    private static List<String> hosts(String text) {
        List<String> hosts = new ArrayList<>();
        for (String host : text.split(",", -1)) {
            if (!host.isBlank() && !host.strip().matches("[A-Za-z0-9*]([-A-Za-z0-9.]*[A-Za-z0-9])?")) {
                throw new IllegalArgumentException("'" + host + "' is no host name");
            }
            if (!host.isBlank()) {
                hosts.add(host.strip());
            }
        }
        return hosts;
    }

    private static List<String> audiences(String text) {
        List<String> audiences = new ArrayList<>();
        for (String audience : text.split(",", -1)) {
            if (!audience.isBlank()) {
                audiences.add(audience.strip());
            }
        }
        if (audiences.isEmpty()) {
            throw new IllegalArgumentException("expected: at least one audience");
        }
        return audiences;
    }

    static InetSocketAddress address(String flag, String text, Environment environment) {
        try {
            HostPort parsed = HostPort.parse(text);
            return parsed.host().isEmpty()
                    ? new InetSocketAddress(parsed.port())
                    : new InetSocketAddress(host(parsed.host()), parsed.port());
        } catch (IllegalArgumentException e) {
            environment.reject("invalid flag " + flag + "=" + text + " (" + e.getMessage() + ")");
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        }
    }

    private static List<InetAddress> literals(List<String> texts, Environment environment) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            try {
                addresses.add(host(text));
            } catch (IllegalArgumentException e) {
                environment.reject("invalid flag --address=" + text + " (" + e.getMessage() + ")");
            }
        }
        return addresses;
    }

    /** Returns the address in {@code text}; never asks DNS. */
    private static InetAddress host(String text) {
        if (text.equals("localhost")) {
            return InetAddress.getLoopbackAddress();
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("host is not an IP address", e);
        }
    }

    /** Upstream's levels beyond ours: nothing is fatal here that is no error. */
    private static String level(String upstream) {
        return switch (upstream) {
            case "none" -> "off";
            case "fatal" -> "error";
            default -> upstream;
        };
    }

    private static LogFilter logFilter(String text, Environment environment) {
        try {
            // Upstream writes scope:level; "default" is everything else, and so is "all".
            return LogFilter.parse(Stream.of(text.split(",", -1))
                    .map(part -> {
                        int colon = part.lastIndexOf(':');
                        String scope = colon < 0 ? "" : part.substring(0, colon).strip();
                        String level = level(part.substring(colon + 1).strip());
                        return scope.isEmpty() || scope.equals("default") || scope.equals("all")
                                ? level
                                : scope + "=" + level;
                    })
                    .collect(Collectors.joining(",")));
        } catch (IllegalArgumentException e) {
            environment.reject("invalid flag --log_output_level=" + text + " (" + e.getMessage() + ")");
            return LogFilter.INFO;
        }
    }
}
