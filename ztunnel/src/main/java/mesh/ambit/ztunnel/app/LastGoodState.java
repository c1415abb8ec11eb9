package mesh.ambit.ztunnel.app;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mesh.ambit.admin.Readiness;
import mesh.ambit.ca.CertificateManager;
import mesh.ambit.ca.KeptCertificates;
import mesh.ambit.state.StateException;
import mesh.ambit.state.StateFile;
import mesh.ambit.state.StateFolder;
import mesh.ambit.state.StateWriter;
import mesh.ambit.telemetry.Metrics;
import mesh.ambit.tls.Svid;
import mesh.ambit.xds.AdsClient;
import mesh.ambit.xds.KeptMesh;
import mesh.ambit.xds.ResourceKeeper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good state on disk: mesh and certificates are written a while after they change, on a thread of their own, and
 * serve the next start until the control plane has confirmed or corrected them. Without a folder nothing is kept.
 */
final class LastGoodState implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LastGoodState.class);

    private static final String MESH = "mesh";
    private static final String CERTIFICATES = "certificates";
    /** How long after a change it is written; a storm of them is one change. */
    private static final Duration QUIET = Duration.ofSeconds(1);
    /** A certificate that ends sooner would not outlive the handshakes it is for. */
    private static final Duration MIN_LIFE = Duration.ofMinutes(1);
    /** How long the end waits for what is being written. */
    private static final long END_SECONDS = 5;

    private final @Nullable StateFolder folder;
    private final String owner;
    private final InstantSource clock;
    private final Readiness readiness;
    private final MeterRegistry meters;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("ambit-state").factory());
    private final StateWriter meshWriter = new StateWriter(executor, QUIET, "the mesh on disk", this::writeMesh);
    private final StateWriter certificateWriter =
            new StateWriter(executor, QUIET, "the certificates on disk", this::writeCertificates);
    private final KeptMesh mesh;
    private final KeptCertificates certificates = new KeptCertificates(certificateWriter::changed);
    /** How old the state is that serves unconfirmed; null when there is no such thing. */
    private volatile @Nullable Instant unconfirmed;

    private LastGoodState(
            @Nullable StateFolder folder, String owner, InstantSource clock, Readiness readiness, Metrics metrics) {
        this.folder = folder;
        this.owner = owner;
        this.clock = clock;
        this.readiness = readiness;
        this.meters = metrics.registry();
        this.mesh = new KeptMesh(clock, meshWriter::changed);
        if (folder != null) {
            Gauge.builder("ambit.state.unconfirmed", this, state -> state.unconfirmed == null ? 0 : 1)
                    .description("Whether what is served was read from disk and not confirmed by the control plane.")
                    .register(meters);
        }
    }

    /**
     * Opens the folder at {@code path}; null keeps nothing, and so does a folder that cannot be trusted, which is logged.
     *
     * @param owner whose state it is: cluster and node
     */
    static LastGoodState open(
            @Nullable Path path, String owner, InstantSource clock, Readiness readiness, Metrics metrics) {
        StateFolder folder = null;
        if (path != null) {
            try {
                folder = StateFolder.open(path);
                LOG.info("state is kept in {}", path);
            } catch (StateException e) {
                LOG.error("state is not kept: {}", e.getMessage());
            }
        }
        return new LastGoodState(folder, owner, clock, readiness, metrics);
    }

    /** Returns who is told what the control plane says. */
    ResourceKeeper keeper() {
        return folder == null ? ResourceKeeper.NONE : mesh;
    }

    /**
     * Hands what is on disk to {@code ads} and {@code manager}; to be called before the client is started. Blocks while it
     * reads.
     *
     * @return whether there was a whole mesh, which serves now
     */
    CompletionStage<Boolean> restore(AdsClient ads, CertificateManager manager) {
        if (folder == null) {
            return CompletableFuture.completedFuture(false);
        }
        manager.observe(certificates);
        // Before the mesh: who wants an identity finds its certificate.
        restoreCertificates(folder, manager);
        try {
            StateFile file = folder.read(MESH, owner);
            if (file != null) {
                KeptMesh.Saved saved = KeptMesh.decode(file.payload());
                if (saved.isWhole()) {
                    return restoreMesh(ads, file.asOf(), saved);
                }
                LOG.warn("{}: not a whole mesh; starting without", folder.path());
            }
        } catch (StateException e) {
            LOG.warn("starting without the mesh on disk: {}", e.getMessage());
        }
        return CompletableFuture.completedFuture(false);
    }

    private CompletionStage<Boolean> restoreMesh(AdsClient ads, Instant asOf, KeptMesh.Saved saved) {
        mesh.restoring(asOf);
        return ads.restore(saved).handle((left, failure) -> {
            if (failure != null) {
                LOG.warn("the mesh on disk cannot be applied; starting without", failure);
                return false;
            }
            unconfirmed = asOf;
            readiness.note(text(asOf));
            LOG.warn("{} ({} resources, {} of them not understood)", text(asOf), saved.size(), left);
            return true;
        });
    }

    private void restoreCertificates(StateFolder from, CertificateManager manager) {
        try {
            StateFile file = from.read(CERTIFICATES, owner);
            if (file == null) {
                return;
            }
            Instant enough = clock.instant().plus(MIN_LIFE);
            int restored = 0;
            List<Svid> all = KeptCertificates.decode(file.payload());
            for (Svid svid : all) {
                if (svid.notAfter().isAfter(enough)) {
                    certificates.restored(svid);
                    manager.restore(svid);
                    restored++;
                }
            }
            LOG.info("{} of {} certificates on disk are still good", restored, all.size());
        } catch (StateException e) {
            LOG.warn("starting without the certificates on disk: {}", e.getMessage());
        } catch (IOException e) {
            LOG.warn("{}: certificates are not readable, starting without: {}", from.path(), e.getMessage());
        }
    }

    /** The control plane has said everything: what is served is its word now. */
    void confirmed() {
        if (unconfirmed != null) {
            LOG.info("the control plane has confirmed the mesh that was read from disk");
            unconfirmed = null;
            readiness.note(null);
        }
    }

    /** Returns what the configuration dump shows; null when nothing is kept. */
    @Nullable
    Map<String, Object> view() {
        if (folder == null) {
            return null;
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("folder", folder.path().toString());
        Instant since = unconfirmed;
        view.put("confirmed", since == null);
        view.put("asOf", (since == null ? mesh.current().asOf() : since).toString());
        if (since != null) {
            view.put("note", text(since));
        }
        return view;
    }

    /** Writes what is not written yet, and ends; waits a little. */
    @Override
    public void close() {
        try {
            if (folder != null) {
                executor.submit(() -> {
                            meshWriter.write();
                            certificateWriter.write();
                        })
                        .get(END_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("state was not written at the end; an older one stays", e);
        } finally {
            executor.shutdownNow();
        }
    }

    private void writeMesh() throws IOException {
        KeptMesh.State state = mesh.current();
        if (state.isWhole()) {
            write(MESH, state.asOf(), state.encode());
        }
    }

    private void writeCertificates() throws IOException {
        write(CERTIFICATES, clock.instant(), certificates.encode());
    }

    private void write(String kind, Instant asOf, byte[] payload) throws IOException {
        StateFolder to = folder;
        if (to == null) {
            return;
        }
        boolean written = false;
        try {
            to.write(new StateFile(kind, owner, asOf, payload));
            written = true;
        } finally {
            Counter.builder("ambit.state.writes")
                    .description("How often state was written to disk, or could not be.")
                    .tag("file", kind)
                    .tag("result", written ? "success" : "failure")
                    .register(meters)
                    .increment();
        }
    }

    private static String text(Instant asOf) {
        return "served from disk, as of " + asOf.truncatedTo(ChronoUnit.SECONDS)
                + ", not yet confirmed by the controller";
    }
}
