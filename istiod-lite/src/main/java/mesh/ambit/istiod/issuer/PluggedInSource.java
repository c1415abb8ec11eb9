package mesh.ambit.istiod.issuer;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plugged-in material, followed while we run: what is new is used once it has stood still for one look and was verified;
 * what cannot be used changes nothing.
 */
final class PluggedInSource implements MaterialSource {
    private static final Logger LOG = LoggerFactory.getLogger(PluggedInSource.class);

    private final PluggedIn files;
    private final boolean severalRoots;
    private final Runnable changed;

    private volatile Snapshot snapshot;
    private volatile String problem = "";

    // The rest belongs to the one thread that polls.
    private Map<String, String> used;
    private Map<String, String> seen;

    /**
     * Loads what is there.
     *
     * @param severalRoots whether the bundle may grow and shrink while we run ({@code ISTIO_MULTIROOT_MESH})
     * @param changed called when there is something new, on the polling thread
     * @throws IssuerException if the set is incomplete or cannot be used
     */
    PluggedInSource(PluggedIn files, boolean severalRoots, Runnable changed, Instant now) {
        this.files = files;
        this.severalRoots = severalRoots;
        this.changed = changed;
        this.used = files.read();
        this.seen = used;
        this.snapshot = new Snapshot(files.parse(used, now), 0);
        LOG.info(
                "{}: plugged in, key {} signs",
                files.folder(),
                current().material().keyId());
    }

    @Override
    public Snapshot current() {
        return snapshot;
    }

    @Override
    public <T> T signing(Instant notAfter, Instant now, Function<Snapshot, T> sign) {
        return sign.apply(snapshot);
    }

    @Override
    public void poll(Instant now) {
        Map<String, String> present;
        try {
            present = files.read();
        } catch (IssuerException e) {
            report(String.valueOf(e.getMessage()));
            return;
        }
        boolean still = present.equals(seen);
        seen = present;
        if (present.equals(used)) {
            report("");
            return;
        }
        if (!still) {
            // Somebody may be in the middle of writing.
            return;
        }
        try {
            take(present, now);
        } catch (IssuerException e) {
            report(String.valueOf(e.getMessage()));
        }
    }

    private void take(Map<String, String> present, Instant now) {
        if (present.isEmpty()) {
            throw new IssuerException(files.folder() + ": the signing material is gone");
        }
        SigningMaterial next = files.parse(present, now);
        if (!PluggedIn.mayFollow(snapshot.material().trust(), next.trust(), severalRoots)) {
            throw new IssuerException(files.folder() + ": the roots have changed"
                    + (severalRoots
                            ? " (expected: the old ones stay in the bundle, or only old ones leave it)"
                            : " (set ISTIO_MULTIROOT_MESH=true and keep the old roots in the bundle, or restart)"));
        }
        used = present;
        snapshot = new Snapshot(next, 0);
        report("");
        LOG.info("{}: new signing material in use, key {} signs", files.folder(), next.keyId());
        changed.run();
    }

    private void report(String what) {
        if (!what.equals(problem)) {
            problem = what;
            if (!what.isEmpty()) {
                LOG.error("{} (going on with what was read before)", what);
            }
        }
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public Status status(Instant now) {
        return new Status(files.folder().toString(), Stage.STEADY, "", List.of(), List.of());
    }
}
