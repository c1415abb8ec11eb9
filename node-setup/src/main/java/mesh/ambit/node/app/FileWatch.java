package mesh.ambit.node.app;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells when one file has come, changed or gone: on the kernel's word, and by looking once a second. */
final class FileWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

    private final Path file;
    private final Runnable onChange;
    private final WatchService service;
    private @Nullable State last;

    private FileWatch(Path file, Runnable onChange, WatchService service) {
        this.file = file;
        this.onChange = onChange;
        this.service = service;
    }

    /** What tells one version of a file from another. */
    private record State(Object key, Object modified, long size) {}

    /** Begins to watch {@code file}, whose folder must be there, and calls {@code onChange} once before it returns. */
    static FileWatch start(Path file, Runnable onChange) {
        try {
            WatchService service = file.getFileSystem().newWatchService();
            requireNonNull(file.toAbsolutePath().getParent(), "file has no folder")
                    .register(service, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY);
            FileWatch watch = new FileWatch(file, onChange, service);
            watch.last = watch.look();
            onChange.run();
            Thread.ofVirtual().name("watch " + file).start(watch::run);
            return watch;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot watch " + file, e);
        }
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            LOG.debug("closing notifications", e);
        }
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.poll(1, TimeUnit.SECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
                State now = look();
                if (now == null ? last != null : !now.equals(last)) {
                    last = now;
                    onChange.run();
                }
            }
        } catch (ClosedWatchServiceException e) {
            LOG.debug("{}: watched no more", file);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable State look() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new State(String.valueOf(attributes.fileKey()), attributes.lastModifiedTime(), attributes.size());
        } catch (IOException e) {
            return null;
        }
    }
}
