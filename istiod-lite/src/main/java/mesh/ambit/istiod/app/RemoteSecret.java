package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import mesh.ambit.config.ConfigException;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.kube.YamlWriter;
import org.jspecify.annotations.Nullable;

/**
 * The Secret by which the controllers of other clusters read this one: a kubeconfig with the token of a ServiceAccount
 * here, under the names, labels and keys that the reference's {@code create-remote-secret} gives it.
 */
public final class RemoteSecret {
    /** As whom the reference reads other clusters. */
    public static final String DEFAULT_ACCOUNT = "istio-reader-service-account";

    private static final String CONFIG_ACCOUNT = "istiod";
    private static final String NAME_PREFIX = "istio-remote-secret-";
    private static final String CONFIG_NAME = "istio-kubeconfig";
    private static final String CONFIG_KEY = "config";
    private static final String LABEL = "istio/multiCluster";
    private static final String CLUSTER_ANNOTATION = "networking.istio.io/cluster";

    /** What a cluster may be called, as it becomes part of a name. */
    private static final Pattern ID = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private RemoteSecret() {}

    /** What the Secret is for. */
    public enum Use {
        /** Clusters whose services and pods count. */
        REMOTE,
        /** The one cluster that a controller outside of it takes its settings from. */
        CONFIG
    }

    /**
     * Who knows how to get credentials, instead of a token in the Secret.
     *
     * @param name of the provider, as clients know it
     * @param config what the provider is told
     */
    public record Plugin(String name, Map<String, String> config) {}

    /**
     * What is asked for.
     *
     * @param cluster the ID of the cluster that is to be read; empty for the uid of its namespace kube-system
     * @param namespace of the controller, in both clusters
     * @param account the ServiceAccount, in that namespace; empty for the usual one of {@code use}
     * @param tokenSecret name of the Secret with its token; empty for the first that has one
     * @param server where the API server is reached from the other cluster; empty for where we reach it
     * @param tlsServerName what its certificate has to name, if not that; empty otherwise
     * @param create whether the account is made if it is not there; a controller's is not, which its chart makes
     * @param use what the Secret is for
     * @param plugin gets the credentials; null for the account's token
     */
    public record Wish(
            String cluster,
            String namespace,
            String account,
            String tokenSecret,
            String server,
            String tlsServerName,
            boolean create,
            Use use,
            @Nullable Plugin plugin) {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if a cluster cannot be called so
         */
        public Wish {
            if (!cluster.isEmpty() && !ID.matcher(cluster).matches()) {
                throw new IllegalArgumentException(
                        "cluster name \"" + cluster + "\" is no DNS label (expected: letters a-z, digits, dashes)");
            }
            requireNonNull(namespace, "namespace");
            if (account.isEmpty()) {
                account = use == Use.CONFIG ? CONFIG_ACCOUNT : DEFAULT_ACCOUNT;
            }
        }
    }

    /**
     * What came of it.
     *
     * @param secret the Secret, in the order of its fields
     * @param warning what may be wrong with it; empty for nothing
     */
    public record Made(Map<String, Object> secret, String warning) {}

    /**
     * Asks the cluster, makes the account there if that is wished, and returns the Secret for the others. It contains a
     * credential.
     *
     * @param kubeconfig how to reach the cluster; null to find out as any client does
     * @param context of the kubeconfig; null for its current one
     * @throws ConfigException if the kubeconfig cannot be used
     * @throws IOException if the cluster cannot be asked, or has no such account or token
     */
    public static Made of(@Nullable Path kubeconfig, @Nullable String context, Wish wish) throws IOException {
        try (ApiServer server = connect(kubeconfig, context)) {
            return of(new ReaderAccount(server, ReaderAccount.SECOND), server, wish);
        }
    }

    private static ApiServer connect(@Nullable Path kubeconfig, @Nullable String context) {
        try {
            return ApiServer.connect(kubeconfig, context);
        } catch (IOException e) {
            throw new ConfigException(List.of(String.valueOf(e.getMessage())));
        }
    }

    static Made of(ReaderAccount account, ApiServer server, Wish wish) throws IOException {
        String cluster = wish.cluster().isEmpty()
                ? server.get("/api/v1/namespaces/kube-system")
                        .path("metadata")
                        .path("uid")
                        .asText("")
                : wish.cluster();
        JsonNode data = account.token(wish).path("data");
        String url = wish.server().isEmpty() ? withoutSlash(server.url()) : wish.server();
        boolean local = wish.server().isEmpty() && (url.contains("127.0.0.1") || url.contains("localhost"));
        return new Made(
                secret(cluster, wish, kubeconfig(cluster, url, wish, data)),
                local
                        ? "the kubeconfig's server is " + url + ", which other clusters most likely cannot reach:"
                                + " say with --server where they find it"
                        : "");
    }

    private static Map<String, Object> secret(String cluster, Wish wish, String kubeconfig) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("annotations", Map.of(CLUSTER_ANNOTATION, cluster));
        metadata.put("labels", Map.of(LABEL, "true"));
        boolean config = wish.use() == Use.CONFIG;
        metadata.put("name", config ? CONFIG_NAME : NAME_PREFIX + cluster);
        metadata.put("namespace", wish.namespace());
        Map<String, Object> secret = new LinkedHashMap<>();
        secret.put("apiVersion", "v1");
        secret.put("kind", "Secret");
        secret.put("metadata", metadata);
        // As text, for people to read; the API server makes data of it.
        secret.put("stringData", Map.of(config ? CONFIG_KEY : cluster, kubeconfig));
        return secret;
    }

    private static String kubeconfig(String name, String url, Wish wish, JsonNode data) {
        Map<String, Object> cluster = new LinkedHashMap<>();
        cluster.put("certificate-authority-data", data.path("ca.crt").asText());
        cluster.put("server", url);
        if (!wish.tlsServerName().isEmpty()) {
            cluster.put("tls-server-name", wish.tlsServerName());
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("apiVersion", "v1");
        config.put("clusters", List.of(named("cluster", cluster, name)));
        config.put("contexts", List.of(named("context", fields("cluster", name, "user", name), name)));
        config.put("current-context", name);
        config.put("kind", "Config");
        config.put("users", List.of(fields("name", name, "user", user(wish.plugin(), data))));
        return YamlWriter.write(config);
    }

    private static Map<String, Object> user(@Nullable Plugin plugin, JsonNode data) {
        return plugin == null
                ? Map.of(
                        "token",
                        new String(Base64.getDecoder().decode(data.path("token").asText()), StandardCharsets.UTF_8))
                : Map.of("auth-provider", fields("config", new TreeMap<>(plugin.config()), "name", plugin.name()));
    }

    private static Map<String, Object> named(String kind, Object value, String name) {
        return fields(kind, value, "name", name);
    }

    private static Map<String, Object> fields(String first, Object one, String second, Object other) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(first, one);
        fields.put(second, other);
        return fields;
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }
}
