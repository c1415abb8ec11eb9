package mesh.ambit.ztunnel.app;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import mesh.ambit.telemetry.CrlMetrics;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.Metrics;
import mesh.ambit.tls.RevocationFile;
import mesh.ambit.tls.Revocations;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The revocation list that the environment names: read at the start, read again when it changes, counted. */
final class PeerRevocation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerRevocation.class);

    private final Revocations revocations;
    private final @Nullable ScheduledExecutorService executor;

    private PeerRevocation(Revocations revocations, @Nullable ScheduledExecutorService executor) {
        this.revocations = revocations;
        this.executor = executor;
    }

    /** Begins; a list that cannot be read at the start is left alone for good, as upstream does, and so is none. */
    static PeerRevocation start(@Nullable Path list, Metrics metrics) {
        if (list == null) {
            return new PeerRevocation(Revocations.none(), null);
        }
        CrlMetrics counters = new CrlMetrics(metrics);
        Revocations revocations =
                new Revocations(client -> counters.rejected(client ? Direction.INBOUND : Direction.OUTBOUND));
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("ambit-revocation").factory());
        try {
            RevocationFile.watch(list, revocations, executor);
            return new PeerRevocation(revocations, executor);
        } catch (IOException | CRLException e) {
            executor.shutdownNow();
            LOG.warn("CRL_PATH={}: {}; no certificate counts as revoked until the next start", list, e.toString(), e);
            return new PeerRevocation(Revocations.none(), null);
        }
    }

    Revocations revocations() {
        return revocations;
    }

    @Override
    public void close() {
        if (executor != null) {
            executor.shutdownNow();
        }
    }
}
