package mesh.ambit.kube;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the kernel to tell of changes in folders; where it cannot, waits for time to pass. */
final class FolderWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

    /** A change rarely comes alone: wait until none has come for this long ... */
    private static final Duration QUIET = Duration.ofMillis(5);

    /** ... but not longer than this in all. */
    private static final Duration AT_MOST = Duration.ofMillis(20);

    private final @Nullable WatchService service;
    private final Map<Path, WatchKey> keys = new HashMap<>();

    private FolderWatch(@Nullable WatchService service) {
        this.service = service;
    }

    static FolderWatch open() {
        try {
            return new FolderWatch(FileSystems.getDefault().newWatchService());
        } catch (IOException e) {
            LOG.debug("no notifications of changes in folders, looking from time to time instead", e);
            return new FolderWatch(null);
        }
    }

    /** Watches exactly these folders. Returns whether one of them was not watched before. */
    boolean follow(List<Path> directories) {
        WatchService notifications = service;
        if (notifications == null) {
            return false;
        }
        keys.values().removeIf(key -> !key.isValid());
        keys.entrySet().removeIf(entry -> {
            boolean gone = !directories.contains(entry.getKey());
            if (gone) {
                entry.getValue().cancel();
            }
            return gone;
        });
        boolean more = false;
        for (Path directory : directories) {
            if (!keys.containsKey(directory)) {
                try {
                    keys.put(directory, directory.register(notifications, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY));
                    more = true;
                } catch (IOException e) {
                    LOG.debug("{} is not watched, looking from time to time instead", directory, e);
                } catch (ClosedWatchServiceException e) {
                    return false;
                }
            }
        }
        return more;
    }

    /** Waits for changes, at most {@code patience}. Returns false when this was closed or the thread interrupted. */
    boolean await(Duration patience) {
        WatchService notifications = service;
        try {
            if (notifications == null) {
                Thread.sleep(patience);
                return true;
            }
            WatchKey key = notifications.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            long begin = System.nanoTime();
            while (key != null) {
                key.pollEvents();
                key.reset();
                boolean hasTime = System.nanoTime() - begin < AT_MOST.toNanos();
                key = hasTime ? notifications.poll(QUIET.toNanos(), TimeUnit.NANOSECONDS) : null;
            }
            return true;
        } catch (ClosedWatchServiceException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        if (service != null) {
            try {
                service.close();
            } catch (IOException e) {
                LOG.debug("closing notifications", e);
            }
        }
    }
}
