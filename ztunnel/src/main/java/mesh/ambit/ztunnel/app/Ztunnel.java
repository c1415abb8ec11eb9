package mesh.ambit.ztunnel.app;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mesh.ambit.admin.Readiness;
import mesh.ambit.ca.CertificateManager;
import mesh.ambit.channel.ControlPlaneChannels;
import mesh.ambit.config.ExitCode;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshView;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.policy.PolicyView;
import mesh.ambit.telemetry.LogLevels;
import mesh.ambit.telemetry.Metrics;
import mesh.ambit.telemetry.PodProxyMetrics;
import mesh.ambit.telemetry.XdsMetrics;
import mesh.ambit.xds.AdsClient;
import mesh.ambit.xds.AdsMode;
import mesh.ambit.xds.MeshUpdates;
import mesh.ambit.ztunnel.inpod.PodRegistry;
import mesh.ambit.ztunnel.inpod.PodStartException;
import mesh.ambit.ztunnel.inpod.ZdsClient;
import mesh.ambit.ztunnel.local.LocalFileException;
import mesh.ambit.ztunnel.local.LocalMesh;
import mesh.ambit.ztunnel.local.LocalSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon: its parts, the order in which they begin, and the order in which they end.
 *
 * <p>The mesh comes first; pods are asked for only when it is known, because a proxy without policies would let in what
 * they forbid. At the end the listeners go first and the control plane last: what still lives is judged until it ends.
 */
final class Ztunnel {
    private static final Logger LOG = LoggerFactory.getLogger(Ztunnel.class);

    private static final String MESH_TASK = "state manager";
    private static final String PODS_TASK = "workload proxy manager";

    /** How long after the deadline what was cut may take to be logged. */
    private static final long CLEAN_UP_SECONDS = 1;

    private final ZtunnelConfig config;
    private final Readiness readiness = new Readiness();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Integer> stop = new CompletableFuture<>();
    private final Metrics metrics;
    private final ControlPlaneChannels channels;
    private final WorkloadCertificates certificates;
    private final PeerRevocation revocation;
    private final DataPlane plane;
    private final PodRegistry pods;
    private final ZdsClient agent;
    private final LastGoodState state;
    private final MeshSink sink;
    private final @Nullable AdsClient ads;
    private final ConfigDump dump;
    private final ConnectionList connections;
    private final AdminServers servers;

    /**
     * Whom we serve besides pods: our own pod, or in dedicated mode the only workload. Its ports are open from the start;
     * who connects before the mesh is known waits.
     */
    private @Nullable OwnProxy own;

    Ztunnel(ZtunnelConfig config, LogLevels levels, AdminServers.Ports ports) {
        this(config, levels, ports, InstantSource.system());
    }

    /** Creates one that judges certificates by {@code clock}; time that passes is measured otherwise. */
    Ztunnel(ZtunnelConfig config, LogLevels levels, AdminServers.Ports ports, InstantSource clock) {
        this.config = config;
        this.metrics = Metrics.of("ztunnel", config.process().version());
        MeshView mesh = new MeshView();
        PolicyView policies = new PolicyView();
        this.channels = new ControlPlaneChannels(config.tls().policy());
        this.certificates = WorkloadCertificates.of(config, channels, clock);
        CertificateManager manager = certificates.manager();
        this.revocation = PeerRevocation.start(config.tls().revocationList(), metrics);
        this.plane =
                DataPlaneAssembly.of(config, mesh, policies, manager::fetch, revocation.revocations(), metrics, clock);
        this.pods = new PodRegistry(
                pod -> InPodProxy.start(plane, pod),
                config.mode().shared() ? new PodProxyMetrics(metrics) : PodProxyMetrics.unseen());
        this.agent = new ZdsClient(config.capture().agentSocket(), pods, new Agent());
        this.state = LastGoodState.open(
                config.state().folder(),
                config.node().clusterId() + "/" + config.node().node(),
                clock,
                readiness,
                metrics);
        this.sink = new MeshSink(
                mesh,
                policies,
                new CertificateInterest(
                        config.mode().shared() ? config.node().node() : null, manager::prefetch, manager::forget),
                plane.departures());
        this.ads = config.control().xds() == null
                ? null
                : new AdsClient(
                        config.control().xds(),
                        channels,
                        config.node().introduction(),
                        config.control().onDemand() ? AdsMode.ON_DEMAND : AdsMode.WILDCARD,
                        state.keeper(),
                        sink,
                        new XdsCounter(new XdsMetrics(metrics)));
        if (ads != null && config.control().onDemand()) {
            mesh.completeThrough(new DemandedMesh(config.node().network(), ads));
        }
        this.dump = new ConfigDump(mesh, policies, manager::states, pods::pods, config);
        this.connections = new ConnectionList(pods::pods);
        this.servers = new AdminServers(
                ports,
                config.capture().ipv6(),
                dump::print,
                connections::print,
                levels,
                this::shutdown,
                readiness,
                metrics);
        dump.tells(state::view);
        readiness.pending(MESH_TASK);
        if (config.mode().shared()) {
            readiness.pending(PODS_TASK);
        }
    }

    /**
     * Begins, and returns at once.
     *
     * @throws IOException if a port of the process itself is taken by somebody else, or the local mesh is not valid; no port
     *     of ours is open in that case
     */
    void start() throws IOException {
        loadLocal();
        servers.start();
        try {
            own = openOwn();
        } catch (PodStartException e) {
            servers.close();
            throw new IOException(e.getMessage(), e);
        }
        if (ads == null) {
            synced();
        } else {
            ads.synced()
                    .thenRun(() -> {
                        state.confirmed();
                        synced();
                    })
                    .exceptionally(Ztunnel::cannotBegin);
            state.restore(ads, certificates.manager())
                    .thenAccept(whole -> {
                        if (whole) {
                            synced();
                        }
                    })
                    .exceptionally(Ztunnel::cannotBegin);
            ads.start();
        }
    }

    private @Nullable OwnProxy openOwn() throws PodStartException {
        WorkloadInfo only = config.mode().workload();
        if (only != null) {
            return InPodProxy.openHere(plane, only);
        }
        WorkloadInfo self = config.node().self();
        return self == null ? null : SelfProxy.open(plane, self);
    }

    private void loadLocal() throws LocalFileException {
        LocalSource source = config.mode().local();
        if (source != null) {
            LocalMesh local = source.load();
            List<MeshResource> resources = local.resources();
            sink.apply(new MeshUpdates.Addresses(resources, List.of()));
            sink.apply(new MeshUpdates.Policies(local.policies(), List.of()));
            dump.shows(local, resources);
            LOG.info(
                    "local configuration: {} workloads, {} services, {} policies",
                    local.workloads().size(),
                    local.services().size(),
                    local.policies().size());
        }
    }

    /** Returns whether everything that must be done before traffic has been done. */
    boolean isReady() {
        return readiness.isReady();
    }

    /** Returns the page that {@code /config_dump} shows. */
    String configDump() {
        return dump.print();
    }

    /** Returns the page that {@code /connections} shows. */
    String connectionList() {
        return connections.print();
    }

    /** Returns the page that {@code /metrics} shows. */
    String metricsPage() {
        return metrics.page("").body();
    }

    /** Begins the end; further calls have no effect. From any thread. */
    void shutdown() {
        stop.complete(ExitCode.OK);
    }

    /** Waits for the end to begin, drains, and returns the exit code. */
    int awaitEnd() throws InterruptedException {
        int code = stop.join();
        LOG.info("shutting down");
        servers.close();
        agent.stop();
        if (code == ExitCode.OK) {
            drain();
        }
        pods.close();
        OwnProxy ours = own;
        if (ours != null) {
            ours.close();
        }
        if (ads != null) {
            ads.close();
        }
        state.close();
        certificates.close();
        revocation.close();
        channels.close();
        plane.hosts().close();
        plane.loops()
                .shutdownGracefully(0, CLEAN_UP_SECONDS, TimeUnit.SECONDS)
                .await(2 * CLEAN_UP_SECONDS, TimeUnit.SECONDS);
        certificates.release();
        plane.limits().overload().close();
        metrics.close();
        LOG.info("ended");
        return code;
    }

    private void drain() throws InterruptedException {
        OwnProxy ours = own;
        CompletableFuture<Void> drained = CompletableFuture.allOf(
                pods.drain().toCompletableFuture(),
                ours == null
                        ? CompletableFuture.completedFuture(null)
                        : ours.drain().toCompletableFuture());
        new DrainCountdown(config.process().drainDeadline(), System::nanoTime)
                .await(drained, () -> pods.connectionCount() + (ours == null ? 0 : ours.connectionCount()));
    }

    /** The mesh is known, from the control plane or from disk: now pods may come. */
    private void synced() {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        if (own != null) {
            own.begin();
        }
        readiness.done(MESH_TASK);
        if (config.mode().shared()) {
            agent.start();
        } else {
            LOG.info("workload {} is served", config.mode().workload());
        }
    }

    /** Without a word it would be unready for ever. */
    private static @Nullable Void cannotBegin(Throwable failure) {
        LOG.error("the mesh is known, but serving it cannot begin; restart this program", failure);
        return null;
    }

    /** What the node agent's connection means for readiness. */
    private final class Agent implements ZdsClient.Observer {
        @Override
        public void onComplete() {
            readiness.done(PODS_TASK);
        }

        @Override
        public void onIncomplete() {
            readiness.pending(PODS_TASK);
        }

        @Override
        public void onProtocolError(String text) {
            stop.complete(ExitCode.FAILED);
        }
    }
}
