package mesh.ambit.istiod.app;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.issuer.Authenticator;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.kube.ClusterListener;
import mesh.ambit.istiod.kube.KubernetesMetrics;
import mesh.ambit.istiod.kube.KubernetesSource;
import mesh.ambit.istiod.kube.PodFeed;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.kube.Kind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Another cluster as one kubeconfig reaches it: who its callers are, who runs where there, and what it shares. */
final class RemoteLink implements Placement, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteLink.class);

    /** What the mesh takes from other clusters; everything else is said in our own. */
    private static final Set<Kind> SHARED =
            EnumSet.of(Kind.NAMESPACE, Kind.NODE, Kind.POD, Kind.SERVICE, Kind.ENDPOINT_SLICE, Kind.GATEWAY);

    private final String cluster;
    private final String fingerprint;
    private final ApiServer server;
    private final Authenticator authenticator;
    private final ClusterDigest digest = new ClusterDigest();
    private final CompletableFuture<Boolean> settled = new CompletableFuture<>();
    private volatile boolean synced;
    private volatile boolean closed;
    private final AtomicBoolean late = new AtomicBoolean();
    private @Nullable KubernetesSource source;
    private @Nullable AutoCloseable pods;

    /** Creates one that asks nothing yet. */
    RemoteLink(String cluster, String kubeconfig, ApiServer server, Authenticator authenticator) {
        this.cluster = cluster;
        this.fingerprint = fingerprint(kubeconfig);
        this.server = server;
        this.authenticator = authenticator;
    }

    /** Returns what two equal kubeconfigs have in common; the text itself, with its credentials, is not kept. */
    private static String fingerprint(String kubeconfig) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(kubeconfig.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has it", e);
        }
    }

    boolean isOf(String kubeconfig) {
        return fingerprint.equals(fingerprint(kubeconfig));
    }

    /**
     * Begins to read the cluster.
     *
     * @param shared whether everything that the mesh takes is read; otherwise only pods, and none is kept
     * @param timeout after which nobody waits for it; zero for never
     */
    void follow(
            boolean shared, Duration timeout, ClusterListener listener, InstantSource clock, RandomGenerator random) {
        ClusterListener known = (changes, problems) -> {
            digest.apply(changes);
            listener.changed(changes, problems);
        };
        if (!timeout.isZero()) {
            settled.completeOnTimeout(false, timeout.toMillis(), TimeUnit.MILLISECONDS);
        }
        if (shared) {
            source = KubernetesSource.open(server, SHARED, List.of(), KubernetesMetrics.NONE, known, clock, random);
        } else {
            pods = PodFeed.follow(server, known, clock, random);
        }
    }

    /** Notes that all there is has been read. */
    void synced() {
        synced = true;
        settled.complete(true);
    }

    boolean isSynced() {
        return synced;
    }

    /** Returns whether nobody waits for it any more though it has not been read; true once. */
    boolean isLate() {
        return settled.isDone() && !synced && !closed && late.compareAndSet(false, true);
    }

    boolean isClosed() {
        return closed;
    }

    /** Completes when the cluster has been read, or when nobody waits for it any more: then with false. */
    CompletableFuture<Boolean> settled() {
        return settled;
    }

    ClusterStanding.State state() {
        if (closed) {
            return ClusterStanding.State.CLOSED;
        }
        if (synced) {
            return ClusterStanding.State.SYNCED;
        }
        return settled.isDone() ? ClusterStanding.State.TIMEOUT : ClusterStanding.State.SYNCING;
    }

    /** Returns why changes do not arrive now, one line each. */
    List<String> troubles() {
        KubernetesSource open = source;
        return open == null
                ? List.of()
                : open.troubles().stream()
                        .map(trouble -> "cluster " + cluster + ": " + trouble)
                        .toList();
    }

    Authenticator authenticator() {
        return authenticator;
    }

    String url() {
        return server.url();
    }

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

    /** Asks nothing any more; the listener may still be called once. */
    @Override
    public void close() {
        closed = true;
        KubernetesSource open = source;
        if (open != null) {
            open.close();
        }
        AutoCloseable feed = pods;
        if (feed != null) {
            try {
                feed.close();
            } catch (Exception e) {
                LOG.warn("cluster {}: ending failed", cluster, e);
            }
        }
        server.close();
        settled.complete(false);
    }
}
