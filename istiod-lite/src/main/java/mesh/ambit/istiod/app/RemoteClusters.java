package mesh.ambit.istiod.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.issuer.Authentication;
import mesh.ambit.istiod.issuer.Authenticator;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.kube.PodFeed;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clusters besides our own whose workloads call us: each is named by a Secret of our namespace with the label {@code
 * istio/multiCluster=true}, whose keys are names of clusters and whose values are kubeconfigs. The API server of a cluster
 * says whose tokens are whose there, and its pods decide for whom its node proxies may ask.
 *
 * <p>A kubeconfig that has changed is used at once. One that cannot be used is named in the log, and counts for nothing.
 */
final class RemoteClusters implements Sink<JsonNode>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteClusters.class);
    private static final String LABEL = "istio/multiCluster=true";
    private static final ApiResource SECRETS = ApiResource.of("", "v1", "secrets");

    private final String own;
    private final Function<ApiServer, Authenticator> authenticators;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<String, Cluster> clusters = new ConcurrentHashMap<>();
    private @Nullable Reflector<JsonNode> secrets;

    /**
     * Creates one that knows of no other cluster.
     *
     * @param own name of our own cluster, which no Secret replaces
     * @param authenticators makes what judges tokens by what an API server says
     */
    RemoteClusters(
            String own,
            Function<ApiServer, Authenticator> authenticators,
            InstantSource clock,
            RandomGenerator random) {
        this.own = own;
        this.authenticators = authenticators;
        this.clock = clock;
        this.random = random;
    }

    /** A cluster, what named it, and what is known of it. */
    private record Cluster(
            String name,
            String secret,
            String kubeconfig,
            ApiServer server,
            Authenticator authenticator,
            RemotePlacement placement,
            AutoCloseable pods) {
        void end() {
            try {
                pods.close();
            } catch (Exception e) {
                LOG.warn("cluster {}: ending failed", name, e);
            }
            server.close();
        }
    }

    /** Who runs where in another cluster. */
    private record RemotePlacement(String cluster, ClusterDigest digest) implements Placement {
        @Override
        public boolean runs(String namespace, String serviceAccount, String node) {
            return digest.runs(namespace, serviceAccount, node);
        }

        @Override
        public @Nullable PodFacts pod(String namespace, String name) {
            return digest.pod(namespace, name);
        }

        @Override
        public String place(String node) {
            return "cluster/" + cluster + "/node/" + node;
        }
    }

    /** Begins to follow the Secrets of {@code namespace}. */
    void follow(ApiServer server, String namespace) {
        secrets = Reflector.start(
                server, SECRETS.in(namespace).labelled(LABEL), Codec.TREE, this, _ -> {}, clock, random);
    }

    /** Returns whose {@code token} is, of a caller of {@code cluster}, which is not our own. */
    Authentication authenticate(String token, String cluster) {
        Cluster known = clusters.get(cluster);
        return known == null
                ? new Authentication.Refused("claims to be in cluster " + printable(cluster)
                        + ", which is unknown (expected: one of " + names() + ")")
                : known.authenticator().authenticate(token);
    }

    /** Returns who runs where in {@code cluster}; nobody anywhere in one that is not known. */
    Placement placement(String cluster) {
        Cluster known = clusters.get(cluster);
        return known == null ? Placement.NONE : known.placement();
    }

    private Set<String> names() {
        Set<String> names = new TreeSet<>(clusters.keySet());
        names.add(own);
        return names;
    }

    /** Returns what a stranger sent, fit for a log. */
    private static String printable(String text) {
        String plain = text.replaceAll("[^-A-Za-z0-9._]", "?");
        return plain.length() > 64 ? plain.substring(0, 64) + "…" : plain;
    }

    @Override
    public synchronized void replaced(Map<String, JsonNode> objects) {
        for (Cluster cluster : List.copyOf(clusters.values())) {
            if (!objects.containsKey(cluster.secret())) {
                end(cluster);
            }
        }
        new TreeMap<>(objects).forEach(this::changed);
    }

    @Override
    public synchronized void changed(String key, JsonNode secret) {
        Map<String, String> kubeconfigs = new TreeMap<>();
        secret.path("data").properties().forEach(entry -> {
            try {
                kubeconfigs.put(
                        entry.getKey(),
                        new String(Base64.getDecoder().decode(entry.getValue().asText("")), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                LOG.error("Secret {}: {} is not base64", key, entry.getKey());
            }
        });
        for (Cluster cluster : List.copyOf(clusters.values())) {
            if (cluster.secret().equals(key) && !kubeconfigs.containsKey(cluster.name())) {
                end(cluster);
            }
        }
        kubeconfigs.forEach((name, kubeconfig) -> begin(name, key, kubeconfig));
    }

    @Override
    public synchronized void removed(String key) {
        clusters.values().stream()
                .filter(cluster -> cluster.secret().equals(key))
                .toList()
                .forEach(this::end);
    }

    private void begin(String name, String secret, String kubeconfig) {
        Cluster former = clusters.get(name);
        if (name.equals(own)) {
            LOG.warn("Secret {}: {} is our own cluster, its kubeconfig is not used", secret, name);
            return;
        }
        if (former != null && !former.secret().equals(secret)) {
            LOG.warn("Secret {}: cluster {} is that of Secret {} already", secret, name, former.secret());
            return;
        }
        if (former != null && former.kubeconfig().equals(kubeconfig)) {
            return;
        }
        ApiServer server;
        try {
            server = ApiServer.connectTo(kubeconfig);
        } catch (IOException e) {
            LOG.error("Secret {}: cluster {}: {}", secret, name, e.getMessage());
            return;
        }
        // Nobody of a cluster gets anything before its pods have been read; proxies ask again.
        ClusterDigest digest = new ClusterDigest();
        Cluster cluster = new Cluster(
                name,
                secret,
                kubeconfig,
                server,
                authenticators.apply(server),
                new RemotePlacement(name, digest),
                PodFeed.follow(server, (changes, _) -> digest.apply(changes), clock, random));
        clusters.put(name, cluster);
        LOG.info("cluster {}: at {}", name, server.url());
        if (former != null) {
            former.end();
        }
    }

    private void end(Cluster cluster) {
        clusters.remove(cluster.name(), cluster);
        cluster.end();
        LOG.info("cluster {}: no longer ours", cluster.name());
    }

    @Override
    public void close() {
        Reflector<JsonNode> following = secrets;
        if (following != null) {
            following.close();
        }
        synchronized (this) {
            new ArrayList<>(clusters.values()).forEach(this::end);
        }
    }
}
