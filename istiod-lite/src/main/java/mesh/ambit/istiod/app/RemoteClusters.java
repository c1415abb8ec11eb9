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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.issuer.Authentication;
import mesh.ambit.istiod.issuer.Authenticator;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import mesh.ambit.istiod.kube.api.WatchStatus;
import mesh.ambit.kube.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clusters besides our own: each is named by a Secret of our namespace with the label {@code istio/multiCluster=true},
 * whose keys are names of clusters and whose values are kubeconfigs. The API server of a cluster says whose tokens are
 * whose there, its pods decide for whom its node proxies may ask, and what it shares counts in the mesh.
 *
 * <p>One that is slow, away or wrong hurts no other. A kubeconfig that cannot be used is named in the log, and what it was
 * before stays.
 */
final class RemoteClusters implements Sink<JsonNode>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteClusters.class);
    private static final String LABEL = "istio/multiCluster=true";
    private static final ApiResource SECRETS = ApiResource.of("", "v1", "secrets");

    /** Each is six watches and a thread. */
    private static final int MAX_CLUSTERS = 100;

    /** In base64: far more than any has, and far less than a Secret may. */
    private static final int MAX_KUBECONFIG = 256 * 1024;

    private static final MeshListener NOBODY = new MeshListener() {
        @Override
        public void changed(String cluster, ObjectChanges changes, List<Problem> problems) {}

        @Override
        public void complete() {}
    };

    private final String own;
    private final RemoteClusterSettings settings;
    private final Function<ApiServer, Authenticator> authenticators;
    private final RemoteClusterMetrics metrics;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<String, RemoteCluster> clusters = new ConcurrentHashMap<>();
    private final Set<String> known = new TreeSet<>();
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private MeshListener mesh = NOBODY;
    private volatile @Nullable Reflector<JsonNode> secrets;

    /**
     * Creates one that knows of no other cluster.
     *
     * @param own name of our own cluster, which no Secret replaces
     * @param authenticators makes what judges tokens by what an API server says
     */
    RemoteClusters(
            String own,
            RemoteClusterSettings settings,
            Function<ApiServer, Authenticator> authenticators,
            RemoteClusterMetrics metrics,
            InstantSource clock,
            RandomGenerator random) {
        this.own = own;
        this.settings = settings;
        this.authenticators = authenticators;
        this.metrics = metrics;
        this.clock = clock;
        this.random = random;
    }

    /** Tells {@code listener} of what clusters share from now on. */
    synchronized void tell(MeshListener listener) {
        mesh = settings.shared() ? listener : NOBODY;
    }

    /** Begins to follow the Secrets of {@code namespace}. */
    void follow(ApiServer server, String namespace) {
        secrets = Reflector.start(
                server, SECRETS.in(namespace).labelled(LABEL), Codec.TREE, this, this::followed, clock, random);
    }

    /** Nobody waits for clusters that cannot be known, perhaps because we may not read Secrets. */
    private void followed(WatchStatus status) {
        if (status.state() == WatchStatus.State.FAILING) {
            settled.complete(null);
        }
    }

    /** Completes when all clusters that were named at the start have been read, or nobody waits for them any more. */
    CompletionStage<Void> settled() {
        return settled;
    }

    /** Returns whose {@code token} is, of a caller of {@code cluster}, which is not our own. */
    Authentication authenticate(String token, String cluster) {
        RemoteCluster remote = clusters.get(cluster);
        return remote == null
                ? new Authentication.Refused("claims to be in cluster " + printable(cluster)
                        + ", which is unknown (expected: one of " + names() + ")")
                : remote.serving().authenticator().authenticate(token);
    }

    /** Returns who runs where in {@code cluster}; nobody anywhere in one that is not known. */
    Placement placement(String cluster) {
        // Nobody of a cluster gets anything before its pods have been read; proxies ask again.
        RemoteCluster remote = clusters.get(cluster);
        return remote == null ? Placement.NONE : remote.serving();
    }

    /** Returns how far reading each cluster has come, by their names. */
    List<ClusterStanding> standings() {
        return new TreeMap<>(clusters)
                .values().stream().map(RemoteCluster::standing).toList();
    }

    /** Returns why changes do not arrive now, one line each; empty when they do. */
    List<String> troubles() {
        List<String> troubles = new ArrayList<>();
        Reflector<JsonNode> following = secrets;
        if (following != null && following.status().isTroubled()) {
            troubles.add("secrets that name clusters: " + following.status().reason());
        }
        new TreeMap<>(clusters)
                .values()
                .forEach(cluster -> troubles.addAll(cluster.latest().troubles()));
        return troubles;
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
        new TreeSet<>(known).stream().filter(key -> !objects.containsKey(key)).forEach(this::removed);
        new TreeMap<>(objects).forEach(this::changed);
        CompletableFuture<?>[] all =
                clusters.values().stream().map(RemoteClusters::waited).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).thenRun(() -> settled.complete(null));
    }

    /** Completes when a cluster has been read, or it has been said that nobody waits for it any more. */
    private static CompletableFuture<Void> waited(RemoteCluster cluster) {
        RemoteLink link = cluster.latest();
        return link.settled().thenAccept(_ -> cluster.noteIfLate(link));
    }

    @Override
    public synchronized void changed(String key, JsonNode secret) {
        metrics.secret(known.add(key) ? "add" : "update");
        Map<String, String> kubeconfigs = new TreeMap<>();
        secret.path("data").properties().forEach(entry -> {
            String kubeconfig = kubeconfig(key, entry.getKey(), entry.getValue().asText(""));
            // One that cannot be read names its cluster all the same.
            kubeconfigs.put(entry.getKey(), kubeconfig);
        });
        for (RemoteCluster cluster : List.copyOf(clusters.values())) {
            if (cluster.secret().equals(key) && !kubeconfigs.containsKey(cluster.name())) {
                end(cluster);
            }
        }
        kubeconfigs.forEach((name, kubeconfig) -> {
            if (!kubeconfig.isEmpty()) {
                begin(name, key, kubeconfig);
            }
        });
    }

    /** Returns a kubeconfig; empty when it is none that we would look at. */
    private static String kubeconfig(String secret, String name, String encoded) {
        if (encoded.length() > MAX_KUBECONFIG) {
            LOG.error("Secret {}: {} is longer than {} bytes, it is not used", secret, printable(name), MAX_KUBECONFIG);
            return "";
        }
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            LOG.error("Secret {}: {} is not base64", secret, printable(name));
            return "";
        }
    }

    @Override
    public synchronized void removed(String key) {
        if (known.remove(key)) {
            metrics.secret("delete");
        }
        clusters.values().stream()
                .filter(cluster -> cluster.secret().equals(key))
                .toList()
                .forEach(this::end);
    }

    private void begin(String name, String secret, String kubeconfig) {
        RemoteCluster former = clusters.get(name);
        if (name.equals(own)) {
            LOG.warn("Secret {}: {} is our own cluster, its kubeconfig is not used", secret, name);
            return;
        }
        if (former != null && !former.secret().equals(secret)) {
            LOG.warn("Secret {}: cluster {} is that of Secret {} already", secret, name, former.secret());
            return;
        }
        if (former != null && former.latest().isOf(kubeconfig)) {
            return;
        }
        if (former == null && clusters.size() >= MAX_CLUSTERS) {
            LOG.error("Secret {}: cluster {} is not used, there are {} already", secret, name, MAX_CLUSTERS);
            return;
        }
        ApiServer server;
        try {
            server = ApiServer.connectTo(kubeconfig, settings.insecure());
        } catch (IOException e) {
            LOG.error("Secret {}: cluster {}: {}", secret, name, e.getMessage());
            return;
        }
        RemoteLink link = new RemoteLink(name, kubeconfig, server, authenticators.apply(server));
        RemoteCluster cluster = former == null ? new RemoteCluster(name, secret, mesh, metrics, link) : former;
        if (former != null) {
            former.replace(link);
        }
        clusters.put(name, cluster);
        metrics.managed(clusters.size());
        metrics.standing(name, link.state());
        LOG.info("cluster {}: at {}", name, link.url());
        waited(cluster);
        link.follow(settings.shared(), settings.timeout(), cluster.through(link), clock, random);
    }

    private void end(RemoteCluster cluster) {
        clusters.remove(cluster.name(), cluster);
        metrics.managed(clusters.size());
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
