package mesh.ambit.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.CRLException;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the lists of a file, again whenever it has changed: overwritten, replaced, or behind a symbolic link that points
 * elsewhere, as Kubernetes does. The file is looked at four times a second and read when it has stood still from one look to
 * the next. A file that is gone or unreadable leaves what was published before.
 */
public final class RevocationFile {
    private static final Logger LOG = LoggerFactory.getLogger(RevocationFile.class);
    private static final long PERIOD_MILLIS = 250;

    private final Path path;
    private final Revocations revocations;
    private @Nullable Stamp loaded;
    private @Nullable Stamp seen;

    /** What tells one state of a file from another without reading it. */
    private record Stamp(@Nullable Object key, long bytes, FileTime modified) {
        static @Nullable Stamp of(Path path) {
            try {
                BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
                return new Stamp(file.fileKey(), file.size(), file.lastModifiedTime());
            } catch (IOException e) {
                // Not there, or not now: the next look will tell.
                return null;
            }
        }
    }

    private RevocationFile(Path path, Revocations revocations) {
        this.path = path;
        this.revocations = revocations;
    }

    /**
     * Reads the file and looks after it from then on; one that does not exist yet may come later.
     *
     * @param executor of one thread, not a data path's; whoever shuts it down ends the watch
     * @throws IOException if the file is there and cannot be read
     * @throws CRLException if it cannot be understood
     */
    public static RevocationFile watch(Path path, Revocations revocations, ScheduledExecutorService executor)
            throws IOException, CRLException {
        RevocationFile file = open(path, revocations);
        var _ = executor.scheduleWithFixedDelay(file::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        return file;
    }

    static RevocationFile open(Path path, Revocations revocations) throws IOException, CRLException {
        RevocationFile file = new RevocationFile(path, Objects.requireNonNull(revocations, "revocations"));
        try {
            file.load(Stamp.of(path));
        } catch (NoSuchFileException e) {
            LOG.warn("revocation list {} is not there yet: nothing is revoked until it is", path);
        }
        return file;
    }

    /** Looks at the file once. */
    void look() {
        Stamp now = Stamp.of(path);
        // The first list is wanted at once; a later one may still be in the making.
        boolean still = loaded == null || Objects.equals(now, seen);
        seen = now;
        if (now == null || now.equals(loaded) || !still) {
            return;
        }
        try {
            load(now);
        } catch (IOException | CRLException e) {
            // Not read again before it changes; what was published before holds.
            loaded = now;
            LOG.warn("revocation list {}: {}; the one from before holds", path, e.getMessage(), e);
        } catch (RuntimeException e) {
            // A look that throws would be the last one: nobody who is revoked later would be noticed.
            loaded = now;
            LOG.error("revocation list {}: published, but not to everybody", path, e);
        }
    }

    private void load(@Nullable Stamp stamp) throws IOException, CRLException {
        if (stamp != null && stamp.bytes() > RevocationLists.MAX_BYTES) {
            throw new CRLException(stamp.bytes() + " bytes (expected: at most " + RevocationLists.MAX_BYTES + ")");
        }
        RevocationLists lists = RevocationLists.parse(Files.readAllBytes(path));
        loaded = stamp;
        LOG.debug("revocation list {}: {} lists", path, lists.size());
        revocations.publish(lists);
    }
}
