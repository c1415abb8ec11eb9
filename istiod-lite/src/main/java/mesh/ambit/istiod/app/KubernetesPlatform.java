package mesh.ambit.istiod.app;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import mesh.ambit.istiod.ambient.Feature;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.gateway.GatewayClasses;
import mesh.ambit.istiod.gateway.WaypointSettings;
import mesh.ambit.istiod.issuer.Authentication;
import mesh.ambit.istiod.issuer.Authenticator;
import mesh.ambit.istiod.issuer.AuthorityConfig;
import mesh.ambit.istiod.issuer.ExternalSigner;
import mesh.ambit.istiod.issuer.MaterialStore;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.issuer.TokenReviewAuthenticator;
import mesh.ambit.istiod.issuer.Trust;
import mesh.ambit.istiod.kube.AdmissionHook;
import mesh.ambit.istiod.kube.ClusterTrustBundle;
import mesh.ambit.istiod.kube.EntryAddresses;
import mesh.ambit.istiod.kube.KubernetesMetrics;
import mesh.ambit.istiod.kube.KubernetesSource;
import mesh.ambit.istiod.kube.RevisionTags;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.TokenReviews;
import mesh.ambit.istiod.status.StatusWriter;
import org.jspecify.annotations.Nullable;

/** A cluster: objects in its API server, which also knows whose tokens are whose. */
final class KubernetesPlatform implements Platform {
    private final IstiodLiteConfig config;
    private final KubernetesMetrics metrics;
    private final InstantSource clock;
    private final ApiServer server;
    private final Authenticator authenticator;
    private final ClusterDuties duties;
    private final MeshWatch mesh;
    private final RemoteClusters remote;
    private final EntryAddresses addresses;
    private final RevisionTags tags;
    private final StatusWriter statuses;
    private final Random random = new Random();
    private @Nullable KubernetesSource source;
    private volatile @Nullable Supplier<Trust> trust;
    private @Nullable Trust distributed;

    /**
     * Creates one; the server is not asked yet.
     *
     * @param identity who we are, other than all other controllers of the cluster
     * @param mesh what the objects say of the whole mesh
     * @throws IOException if there is no usable kubeconfig
     */
    KubernetesPlatform(
            IstiodLiteConfig config,
            String identity,
            MeshWatch mesh,
            KubernetesMetrics metrics,
            RemoteClusterMetrics remoteMetrics,
            InstantSource clock)
            throws IOException {
        this.config = config;
        this.metrics = metrics;
        this.clock = clock;
        this.server = ApiServer.connect(config.kubernetes().kubeconfig());
        this.mesh = mesh;
        this.authenticator = reviewing(server);
        this.remote = new RemoteClusters(
                config.mesh().clusterId(), config.kubernetes().remote(), this::reviewing, remoteMetrics, clock, random);
        String systemNamespace = config.mesh().systemNamespace();
        this.duties = new ClusterDuties(server, systemNamespace, identity, clock, random);
        this.addresses = new EntryAddresses(server);
        this.tags = RevisionTags.start(server, config.mesh().revision(), systemNamespace, clock, random);
        this.statuses = new StatusWriter(server, config.mesh(), tags, clock, random);
        mesh.whenChanged(duties::refresh);
    }

    private Authenticator reviewing(ApiServer of) {
        return new TokenReviewAuthenticator(new TokenReviews(of)::review, config.audiences(), mesh::trustDomain);
    }

    @Override
    public void follow(MeshListener listener) {
        CompletableFuture<Void> read = new CompletableFuture<>();
        source = KubernetesSource.open(
                server,
                config.mesh().configMaps(),
                metrics,
                (changes, problems) -> {
                    addresses.changed(changes, problems);
                    statuses.changed(changes, problems);
                    listener.changed("", changes, problems);
                    read.complete(null);
                },
                clock,
                random);
        if (config.kubernetes().remote().followed()) {
            remote.tell(listener);
            remote.follow(server, config.mesh().systemNamespace());
            remote.settled().thenCombine(read, (_, _) -> "all").thenRun(listener::complete);
        } else {
            read.thenRun(listener::complete);
        }
    }

    @Override
    public Authenticator authenticator() {
        return new Authenticator() {
            @Override
            public Authentication authenticate(String token) {
                return authenticator.authenticate(token);
            }

            @Override
            public Authentication authenticate(String token, String cluster) {
                String name = config.kubernetes().cluster(cluster);
                return isOwn(name) ? authenticate(token) : remote.authenticate(token, name);
            }
        };
    }

    @Override
    public Placement placement(String cluster, Placement own) {
        String name = config.kubernetes().cluster(cluster);
        return isOwn(name) ? own : remote.placement(name);
    }

    private boolean isOwn(String cluster) {
        return cluster.isEmpty() || cluster.equals(config.mesh().clusterId());
    }

    @Override
    public MaterialStore authorityStore() {
        return new SecretStore(
                server,
                config.mesh().systemNamespace(),
                config.authority().kubernetes().rootInCacerts());
    }

    @Override
    public List<ExternalSigner> signers() {
        AuthorityConfig.Kubernetes kubernetes = config.authority().kubernetes();
        return List.of(new KubernetesSigner(server, kubernetes.signer(), kubernetes.signerRoots()));
    }

    @Override
    public void lead(Supplier<Trust> source) {
        trust = source;
        duties.distribute(source, mesh, config.authority().kubernetes().trustBundle());
        if (config.mesh().has(Feature.IP_AUTOALLOCATE)) {
            duties.stand(ClusterDuties.ADDRESS_LEASE, addresses::lead);
        }
        duties.stand(ClusterDuties.STATUS_LEASE, statuses::lead);
        if (config.https() != null) {
            String systemNamespace = config.mesh().systemNamespace();
            String revision = config.mesh().revision();
            duties.stand(
                    ClusterDuties.ADMISSION_LEASE,
                    () -> AdmissionHook.start(
                            server,
                            systemNamespace,
                            revision,
                            () -> source.get().bundle()));
        }
        MeshSettings started = config.mesh();
        duties.lookAfterGateways(
                () -> new WaypointSettings(
                        config.kubernetes().waypointImage(),
                        "istiod." + started.systemNamespace() + ".svc:15012",
                        started.domainSuffix(),
                        started.clusterId(),
                        mesh.network(),
                        mesh.trustDomain(),
                        started.revision(),
                        started.systemNamespace(),
                        config.authority().kubernetes().trustBundle() ? ClusterTrustBundle.NAME : ""),
                started.revision(),
                tags,
                new GatewayClasses(started.has(Feature.WAYPOINTS), started.has(Feature.MULTI_NETWORK)));
    }

    /** The kubelet gives nodes their tokens; the trust bundle may be another one. */
    @Override
    public synchronized void refresh(MeshPublisher.Published published) {
        Supplier<Trust> source = trust;
        Trust present = source == null ? null : source.get();
        if (!Objects.equals(present, distributed)) {
            distributed = present;
            duties.refresh();
        }
    }

    @Override
    public List<String> troubles() {
        List<String> troubles = new ArrayList<>();
        KubernetesSource open = source;
        if (open != null) {
            troubles.addAll(open.troubles());
        }
        troubles.addAll(remote.troubles());
        return troubles;
    }

    @Override
    public List<ClusterStanding> clusters() {
        return remote.standings();
    }

    @Override
    public String description() {
        return "Kubernetes at " + server.url();
    }

    @Override
    public void close() {
        duties.close();
        KubernetesSource open = source;
        if (open != null) {
            open.close();
        }
        remote.close();
        tags.close();
        server.close();
    }
}
