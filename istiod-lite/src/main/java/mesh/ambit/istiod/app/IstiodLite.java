package mesh.ambit.istiod.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import mesh.ambit.admin.AdminRoutes;
import mesh.ambit.admin.HttpReply;
import mesh.ambit.admin.HttpRoute;
import mesh.ambit.admin.HttpServer;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.istiod.issuer.CallerInterceptor;
import mesh.ambit.istiod.issuer.CertificateService;
import mesh.ambit.istiod.issuer.NodeAuthorizer;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.istiod.push.AdmissionInterceptor;
import mesh.ambit.istiod.push.DebugAnswers;
import mesh.ambit.istiod.push.DiscoveryService;
import mesh.ambit.istiod.push.PushHub;
import mesh.ambit.kube.Problem;
import mesh.ambit.telemetry.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running controller: parts, put together in the order in which they need each other and ended in reverse. */
final class IstiodLite implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IstiodLite.class);

    /** How often certificates and tokens are looked at; far below half of the shortest life. */
    private static final long HOUSEKEEPING_SECONDS = 30;

    /** How often it is looked whether proxies take what they are sent. */
    private static final long INSPECTION_SECONDS = 5;

    private final IstiodLiteConfig config;
    private final InstantSource clock;
    private final Parts parts = new Parts();
    private int grpcPort;
    private int plaintextPort;
    private int httpPort;
    private int monitoringPort;
    private int httpsPort;

    /** Completes when there is a state to serve and every node of it has its token. */
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private IstiodLite(IstiodLiteConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    /**
     * Starts everything; returns when all ports are open, perhaps before the first state is there.
     *
     * @throws IOException if a port or a file of the state folder is not available
     */
    static IstiodLite start(IstiodLiteConfig config, InstantSource clock) throws IOException {
        IstiodLite controller = new IstiodLite(config, clock);
        try {
            controller.open();
            return controller;
        } catch (IOException | RuntimeException e) {
            controller.close();
            throw e;
        }
    }

    private void open() throws IOException {
        Path keys = config.state().resolve("istiod");
        String trustDomain = config.mesh().trustDomain();
        Metrics metrics = parts.add(Metrics.of("pilot", AmbitVersion.version()));
        ControllerMetrics counts = new ControllerMetrics(metrics.registry());
        MeshWatch mesh = new MeshWatch(config.mesh());
        RemoteClusterMetrics clusterCounts = new RemoteClusterMetrics(metrics.registry());
        clusterCounts.managed(config.clusters().size());
        Platform platform = platform(keys, mesh, metrics, clusterCounts);
        Housekeeping housekeeping = parts.add(new Housekeeping());
        ExecutorService workers = parts.add(Executors.newVirtualThreadPerTaskExecutor());
        DiscoveryMetrics discoveryCounts = new DiscoveryMetrics(metrics.registry());
        DiscoverySettings discovery = config.discovery();
        PushHub hub = new PushHub(workers, discovery.pushThrottle(), clock, discoveryCounts);
        MeshPublisher publisher = parts.add(new MeshPublisher(config.mesh(), hub, discovery.pace(), published -> {
            discoveryCounts.services(published.digest().services());
            housekeeping.later(() -> platform.refresh(published));
        }));
        // Reading all objects takes the longest, and goes on while the rest begins.
        parts.add(platform).follow(new MeshListener() {
            @Override
            public void changed(String cluster, ObjectChanges changes, List<Problem> problems) {
                if (cluster.isEmpty()) {
                    mesh.changed(changes, problems);
                }
                publisher.changed(cluster, changes, problems);
            }

            @Override
            public void complete() {
                publisher.complete();
            }
        });

        AuthorityParts authority = parts.add(AuthorityParts.open(
                config.authority(),
                config.state(),
                platform.authorityStore(),
                platform.signers(),
                trustDomain,
                ControllerNames.serving(config),
                () -> publisher.published().digest(),
                clock));
        authority.register(metrics.registry(), clock);
        DebugPages pages = new DebugPages(config, hub, publisher::published, () -> clusters(platform));
        DebugAnswers debug = new DebugAnswers(
                config.mesh().systemNamespace(),
                discovery.debugNamespaces(),
                ControllerNames.replica(),
                AmbitVersion.version(),
                hub::status,
                pages);
        AdmissionInterceptor admission = new AdmissionInterceptor(discovery.streamsPerSecond());
        ControlServer grpc = parts.add(ControlServer.start(
                config.secureGrpc(),
                authority.serving().keyManager(),
                authority.clients().manager(),
                List.of(
                        new Unready(hub::hasState),
                        admission,
                        new CallerInterceptor(platform.authenticator(), mesh::trustDomain, counts::unauthenticated)),
                List.of(
                        new DiscoveryService(hub, debug, CallerInterceptor::caller),
                        new CertificateService(
                                authority.authority(),
                                new NodeAuthorizer(config.trustedNodeAccounts(), mesh::trustDomain),
                                config.certificates(),
                                cluster -> platform.placement(
                                        cluster, publisher.published().digest()),
                                clock,
                                counts)),
                hub::closeStreams,
                discoveryCounts::connectionRefused,
                discovery));
        grpcPort = grpc.port();
        if (discovery.plaintext() != null) {
            ControlServer plaintext = parts.add(ControlServer.startPlaintext(
                    discovery.plaintext(),
                    List.of(admission),
                    List.of(new DiscoveryService(hub, debug, () -> null)),
                    hub::closeStreams,
                    discoveryCounts::connectionRefused,
                    discovery));
            plaintextPort = plaintext.port();
        }
        DebugAccess access = new DebugAccess(platform.authenticator(), debug, discovery.debugNamespaces());
        httpPort = listen("http", config.http(), httpRoutes(pages.routes(access), platform))
                .port();
        if (config.https() != null) {
            AdmissionReviews reviews = new AdmissionReviews(config.mesh(), new AdmissionMetrics(metrics.registry()));
            httpsPort = parts.add(await(
                            config.https(),
                            HttpServer.startTls(
                                    "admission",
                                    List.of(config.https()),
                                    Map.of(
                                            "/validate",
                                            HttpRoute.blocking(reviews).only("POST"),
                                            "/ready",
                                            _ -> HttpReply.text(200, "ready\n")),
                                    ControlServer.tls(authority.serving().keyManager()),
                                    AdmissionReviews.MAX_BYTES)))
                    .port();
        }
        monitoringPort = listen("monitoring", config.monitoring(), monitoringRoutes(metrics))
                .port();

        housekeeping.every(INSPECTION_SECONDS, hub::inspect);
        housekeeping.every(HOUSEKEEPING_SECONDS, () -> {
            authority.refresh();
            platform.refresh(publisher.published());
        });
        publisher.first().thenRun(() -> housekeeping.later(() -> platform.lead(authority.authority()::trust)));
        authority.authority().whenChanged(_ -> housekeeping.later(() -> platform.refresh(publisher.published())));
        // Queued behind the tokens of the first publication.
        publisher.first().thenRun(() -> housekeeping.later(() -> announce(platform)));
    }

    /** The folder if one was named, the cluster otherwise. */
    private Platform platform(Path keys, MeshWatch mesh, Metrics metrics, RemoteClusterMetrics clusters)
            throws IOException {
        Path folder = config.folder();
        return folder == null
                ? new KubernetesPlatform(
                        config,
                        ControllerNames.identity(),
                        mesh,
                        new ClusterMetrics(metrics.registry()),
                        clusters,
                        clock)
                : new FolderPlatform(config, folder, keys, mesh::trustDomain, clock);
    }

    /** Returns how far reading our own cluster has come, then the others. */
    private List<ClusterStanding> clusters(Platform platform) {
        List<ClusterStanding> all = new ArrayList<>();
        all.add(new ClusterStanding(
                config.mesh().clusterId(),
                "",
                ready.isDone() ? ClusterStanding.State.SYNCED : ClusterStanding.State.SYNCING));
        all.addAll(platform.clusters());
        return all;
    }

    private void announce(Platform platform) {
        ready.complete(null);
        LOG.info(
                "ready: {}, discovery and certificates on port {}, /ready and /debug on port {}, /metrics on"
                        + " port {}, state in {}",
                platform.description(),
                grpcPort,
                httpPort,
                monitoringPort,
                config.state());
    }

    private HttpServer listen(String name, InetSocketAddress address, Map<String, HttpRoute> routes)
            throws IOException {
        return parts.add(await(address, HttpServer.start(name, List.of(address), routes)));
    }

    private static HttpServer await(InetSocketAddress address, CompletionStage<HttpServer> starting)
            throws IOException {
        try {
            return starting.toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw ControlServer.notAvailable(address, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting", e);
        }
    }

    private Map<String, HttpRoute> httpRoutes(Map<String, HttpRoute> pages, Platform platform) {
        Map<String, HttpRoute> routes = new LinkedHashMap<>(pages);
        routes.put(
                "/ready",
                _ -> ready.isDone()
                        ? HttpReply.text(200, "ready\n" + lines(platform.troubles()))
                        : HttpReply.text(
                                503, "not ready: the objects have not been read yet\n" + lines(platform.troubles())));
        return routes;
    }

    private static String lines(List<String> texts) {
        return texts.stream().map(text -> text + "\n").collect(Collectors.joining());
    }

    private static Map<String, HttpRoute> monitoringRoutes(Metrics metrics) {
        Map<String, HttpRoute> routes = new LinkedHashMap<>(AdminRoutes.metrics(metrics));
        routes.put(
                "/version",
                _ -> HttpReply.text(200, AmbitVersion.version() + " (revision " + AmbitVersion.revision() + ")\n"));
        return routes;
    }

    /** Returns what completes when there is a state to serve. */
    CompletionStage<Void> ready() {
        return ready;
    }

    int grpcPort() {
        return grpcPort;
    }

    /** Returns the port without TLS; 0 if there is none. */
    int plaintextPort() {
        return plaintextPort;
    }

    int httpPort() {
        return httpPort;
    }

    /** Returns the port on which objects are validated; 0 if there is none. */
    int httpsPort() {
        return httpsPort;
    }

    int monitoringPort() {
        return monitoringPort;
    }

    /** Ends the streams, closes the ports and stops watching. */
    @Override
    public void close() {
        parts.close();
    }
}
