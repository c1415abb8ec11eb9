package mesh.ambit.istiod.app;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.gateway.GatewayClasses;
import mesh.ambit.istiod.gateway.GatewayController;
import mesh.ambit.istiod.gateway.WaypointSettings;
import mesh.ambit.istiod.issuer.Trust;
import mesh.ambit.istiod.kube.ClusterTrustBundle;
import mesh.ambit.istiod.kube.NamespaceTexts;
import mesh.ambit.istiod.kube.RevisionTags;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.LeaderElection;
import org.jspecify.annotations.Nullable;

/** What one of several controllers does for all, each duty under a lease of its own, so that they may be shared out. */
final class ClusterDuties implements AutoCloseable {
    /** The reference's name for who writes the trust bundle, there of a ConfigMap. */
    static final String NAMESPACE_LEASE = "istio-namespace-controller-election";

    /** The reference's name for who assigns addresses to hosts of ServiceEntries. */
    static final String ADDRESS_LEASE = "istio-ip-autoallocate";

    /** The reference's name for who writes the status of gateways, to be followed by the revision. */
    static final String GATEWAY_LEASE = "istio-gateway-status-leader-";

    /** The reference's name for who writes the status of objects. */
    static final String STATUS_LEASE = "istio-status-leader";

    /** Who keeps the configuration of the admission webhook; the reference's controllers all do. */
    static final String ADMISSION_LEASE = "ambit-admission";

    private final ApiServer server;
    private final String systemNamespace;
    private final String identity;
    private final InstantSource clock;
    private final RandomGenerator random;
    /** With its own monitor. */
    private final List<LeaderElection> elections = new ArrayList<>();

    private boolean closed;
    private final List<Distribution> distributions = new CopyOnWriteArrayList<>();

    /** Something that follows what the mesh says of itself; {@code refresh} looks at everything again. */
    private record Distribution(Runnable refresh, AutoCloseable end) {}

    /** A trust and its text. */
    private record Bundle(Trust trust, String text) {}

    /**
     * Creates one that does nothing yet.
     *
     * @param identity who we are, other than all other controllers
     */
    ClusterDuties(
            ApiServer server, String systemNamespace, String identity, InstantSource clock, RandomGenerator random) {
        this.server = server;
        this.systemNamespace = systemNamespace;
        this.identity = identity;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Stands for the distribution of the trust bundle and of the revocation lists.
     *
     * @param discovered tells by a namespace's labels whether the mesh looks at it
     * @param clusterWide whether the bundle is one object of the cluster and not one in every namespace
     */
    void distribute(Supplier<Trust> trust, Predicate<Map<String, String>> discovered, boolean clusterWide) {
        stand(NAMESPACE_LEASE, () -> {
            Supplier<String> bundle = bundle(trust);
            Distribution roots = clusterWide ? clusterBundle(bundle) : inNamespaces(bundle, discovered);
            NamespaceTexts lists = NamespaceTexts.start(
                    server, "istio-ca-crl", "ca-crl.pem", () -> trust.get().crl(), discovered, clock, random);
            List<Distribution> both = List.of(roots, new Distribution(lists::refresh, lists));
            distributions.addAll(both);
            return () -> {
                distributions.removeAll(both);
                for (Distribution each : both) {
                    each.end().close();
                }
            };
        });
    }

    /** Returns the text of the bundle, made once for each trust: it is asked for in every namespace. */
    private static Supplier<String> bundle(Supplier<Trust> trust) {
        AtomicReference<@Nullable Bundle> last = new AtomicReference<>();
        return () -> {
            Trust now = trust.get();
            Bundle known = last.get();
            if (known == null || !known.trust().equals(now)) {
                known = new Bundle(now, now.bundle());
                last.set(known);
            }
            return known.text();
        };
    }

    private Distribution clusterBundle(Supplier<String> bundle) {
        ClusterTrustBundle object = ClusterTrustBundle.start(server, bundle, clock, random);
        return new Distribution(object::refresh, object);
    }

    private Distribution inNamespaces(Supplier<String> bundle, Predicate<Map<String, String>> discovered) {
        NamespaceTexts texts = NamespaceTexts.start(
                server, "istio-ca-root-cert", "root-cert.pem", () -> bundle.get(), discovered, clock, random);
        return new Distribution(texts::refresh, texts);
    }

    /**
     * Stands for the classes of gateways, their waypoints, and the status of both.
     *
     * @param tags tell which of them are ours
     */
    void lookAfterGateways(
            Supplier<WaypointSettings> waypoints, String revision, RevisionTags tags, GatewayClasses classes) {
        stand(GATEWAY_LEASE + (revision.isEmpty() ? "default" : revision), () -> {
            GatewayController controller = GatewayController.start(server, waypoints, tags, classes, clock, random);
            Distribution refreshed = new Distribution(controller::refresh, controller);
            distributions.add(refreshed);
            return () -> {
                distributions.remove(refreshed);
                controller.close();
            };
        });
    }

    /** Stands for a duty; for none any more once this has been closed, perhaps while duties are still being taken up. */
    void stand(String lease, Supplier<AutoCloseable> duty) {
        synchronized (elections) {
            if (!closed) {
                elections.add(LeaderElection.start(
                        server,
                        systemNamespace,
                        lease,
                        identity,
                        duty,
                        LeaderElection.Timing.DEFAULT,
                        clock,
                        System::nanoTime));
            }
        }
    }

    /** Looks at everything again: what is to be distributed, or where, or what waypoints are told, may have changed. */
    void refresh() {
        distributions.forEach(each -> each.refresh().run());
    }

    /** Ends all of them at once: while the server does not answer, each of them waits for it. */
    @Override
    public void close() {
        List<LeaderElection> stood;
        synchronized (elections) {
            closed = true;
            stood = List.copyOf(elections);
            elections.clear();
        }
        try (ExecutorService ending = Executors.newVirtualThreadPerTaskExecutor()) {
            stood.forEach(election -> ending.execute(election::close));
        }
    }
}
