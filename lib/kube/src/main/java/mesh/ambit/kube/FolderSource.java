package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watched folder of Kubernetes YAML. Publishes consistent snapshots: a broken file or object stays as it last was, all
 * others follow the folder.
 *
 * <p>Changes are seen through the kernel's notifications, and by looking twice a second where these do not reach (links
 * to other places, network file systems, too many watches).
 */
public final class FolderSource implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FolderSource.class);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);

    private final Path folder;
    private final FolderScan scan;
    private final Consumer<FolderSnapshot> listener;
    private final Clock clock;
    private final FolderWatch watch = FolderWatch.open();

    private volatile FolderSnapshot current;
    private volatile boolean closed;
    private final Thread thread;

    private FolderSource(Path folder, FolderScan scan, Consumer<FolderSnapshot> listener) {
        this.folder = folder;
        this.scan = scan;
        this.listener = listener;
        this.clock = Clock.systemUTC();
        watch.follow(List.of(folder));
        scan.scan(clock.instant());
        this.current = scan.snapshot();
        watch.follow(scan.directories());
        this.thread = Thread.ofVirtual().name("folder " + folder).unstarted(this::run);
    }

    /**
     * Reads {@code folder}, gives the first snapshot to {@code listener} before it returns, and every later one as it
     * comes, one at a time, on a thread of its own.
     *
     * @throws FolderException when there is no such folder or it may not be read
     */
    public static FolderSource watch(Path folder, Consumer<FolderSnapshot> listener) {
        requireReadable(folder);
        return start(folder, true, listener);
    }

    /** Like {@link #watch}, but a folder that does not exist counts as empty and may come and go. */
    public static FolderSource watchOptional(Path folder, Consumer<FolderSnapshot> listener) {
        return start(folder, false, listener);
    }

    /**
     * Reads {@code folder} once.
     *
     * @throws FolderException when there is no such folder or it may not be read
     */
    public static FolderSnapshot read(Path folder, Reading reading) {
        requireReadable(folder);
        FolderScan scan = new FolderScan(folder, reading, true);
        scan.scan(Instant.EPOCH);
        return scan.snapshot();
    }

    private static FolderSource start(Path folder, boolean required, Consumer<FolderSnapshot> listener) {
        requireNonNull(listener, "listener");
        FolderSource source = new FolderSource(folder, new FolderScan(folder, Reading.CHECKED, required), listener);
        listener.accept(source.current);
        source.thread.start();
        return source;
    }

    /** Returns the latest snapshot. */
    public FolderSnapshot current() {
        return current;
    }

    /** Stops watching. The listener is not called after this returns, unless this is called from the listener. */
    @Override
    public void close() {
        closed = true;
        watch.close();
        thread.interrupt();
        if (!Thread.currentThread().equals(thread)) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        while (!closed) {
            if (!watch.await(patience())) {
                return;
            }
            try {
                look();
            } catch (RuntimeException | StackOverflowError e) {
                // The latter is how a text fails that leads a reader too deep.
                LOG.error("{}: the folder was not read", folder, e);
            }
        }
    }

    private void look() {
        publish(scan.scan(clock.instant()));
        if (watch.follow(scan.directories())) {
            // What came into a new folder before it was watched is seen by looking once more.
            publish(scan.scan(clock.instant()));
        }
    }

    private void publish(boolean changed) {
        if (!changed || closed) {
            return;
        }
        current = scan.snapshot();
        try {
            listener.accept(current);
        } catch (RuntimeException e) {
            LOG.error("{}: a change was not taken up", folder, e);
        }
    }

    private Duration patience() {
        Instant due = scan.due();
        if (due == null) {
            return POLL_INTERVAL;
        }
        Duration until = Duration.between(clock.instant(), due);
        return until.isNegative() ? Duration.ZERO : until.compareTo(POLL_INTERVAL) < 0 ? until : POLL_INTERVAL;
    }

    /**
     * Says early what {@link #watch} and {@link #read} would.
     *
     * @throws FolderException when there is no such folder or it may not be read
     */
    public static void requireReadable(Path folder) {
        requireNonNull(folder, "folder");
        if (Files.isDirectory(folder) && Files.isReadable(folder) && Files.isExecutable(folder)) {
            return;
        }
        String reason = !Files.exists(folder)
                ? "there is no such folder"
                : Files.isDirectory(folder) ? "the folder may not be read" : "this is not a folder";
        throw new FolderException(FolderScan.folderProblem(folder, reason));
    }
}
