package mesh.ambit.istiod.issuer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of an {@link AuditLog}, of mode 0600, moved aside when it is full. What cannot be written waits until it can be.
 * A second file beside it is there as long as nothing waits and nothing was lost: of a controller that ends without it,
 * lines may be missing. Thread-safe.
 */
final class AuditFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);

    private static final int MAX_WAITING = 10_000;

    /** What a line says where others were lost. */
    static final String LOST = "lost";

    /** Field of a line before which others may be missing. */
    static final String INCOMPLETE = "lines_before_may_be_missing";

    private final Path file;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<String> waiting = new ArrayDeque<>();
    private @Nullable FileChannel channel;
    private String problem = "";
    private long lost;

    /** Creates one that opens {@code file} at the first line; it is full at {@code maxBytes}. */
    AuditFile(Path file, long maxBytes) {
        this.file = file;
        this.maxBytes = maxBytes;
    }

    /** Appends a line, now or later. */
    void write(String line) {
        lock.lock();
        try {
            if (waiting.size() == MAX_WAITING) {
                waiting.removeFirst();
                lost++;
            }
            waiting.addLast(line + "\n");
            drain();
        } finally {
            lock.unlock();
        }
    }

    /** Tries again to write what waits. */
    void flush() {
        lock.lock();
        try {
            if (!waiting.isEmpty()) {
                drain();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns what keeps the file from being written, or an empty text. */
    String problem() {
        lock.lock();
        try {
            return problem;
        } finally {
            lock.unlock();
        }
    }

    private void drain() {
        try {
            FileChannel open = channel == null ? open(file) : channel;
            channel = open;
            if (lost > 0) {
                append(open, "{\"event\":\"" + LOST + "\",\"lines\":" + lost + "}\n");
                LOG.warn("{}: {} lines of the audit log were lost", file, lost);
                lost = 0;
            }
            while (!waiting.isEmpty()) {
                if (open.position() >= maxBytes) {
                    open.close();
                    channel = null;
                    Files.move(file, former(file), StandardCopyOption.REPLACE_EXISTING);
                    open = open(file);
                    channel = open;
                }
                append(open, waiting.getFirst());
                waiting.removeFirst();
            }
            report("");
        } catch (IOException | IssuerException e) {
            closeQuietly();
            report(file + ": cannot write the audit log: "
                    + (e instanceof IOException io ? PrivateFiles.reason(io) : e.getMessage()));
        }
    }

    /** Appends a whole line or nothing: a part of one would spoil the next. */
    private static void append(FileChannel open, String line) throws IOException {
        long before = open.position();
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(line);
            while (bytes.hasRemaining()) {
                open.write(bytes);
            }
        } catch (IOException e) {
            open.truncate(before);
            throw e;
        }
    }

    private static FileChannel open(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            PrivateFiles.makeDirectory(parent);
        }
        FileChannel open = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        open.position(open.size());
        endTornLine(file, open);
        return open;
    }

    /** A line of which a crash has left a part ends here, and does not spoil the next. */
    private static void endTornLine(Path file, FileChannel open) throws IOException {
        if (open.size() > 0) {
            ByteBuffer last = ByteBuffer.allocate(1);
            try (FileChannel read = FileChannel.open(file, StandardOpenOption.READ)) {
                read.read(last, open.size() - 1);
            }
            if (last.get(0) != '\n') {
                append(open, "\n");
            }
        }
    }

    private void report(String what) {
        if (what.equals(problem)) {
            return;
        }
        problem = what;
        markWhole(what.isEmpty());
        if (!what.isEmpty()) {
            LOG.error("{} (certificates are issued, lines wait and are in this log)", what);
        } else {
            LOG.info("{}: the audit log is written again", file);
        }
    }

    /** Says in the folder whether the file has every line. To take that back needs no room on the disk. */
    private void markWhole(boolean whole) {
        Path mark = file.resolveSibling(file.getFileName() + ".whole");
        try {
            if (whole) {
                PrivateFiles.writeSecret(mark, "");
            } else {
                PrivateFiles.delete(mark);
            }
        } catch (IssuerException e) {
            LOG.warn("{}: {}", mark, e.getMessage());
        }
    }

    /** Returns whether whoever wrote the file last has written all that he had; there was nobody if there is no file. */
    boolean isWhole() {
        return Files.exists(file.resolveSibling(file.getFileName() + ".whole")) || !Files.exists(file);
    }

    /** Begins to say so. */
    void begin() {
        lock.lock();
        try {
            markWhole(problem.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    private void closeQuietly() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("closing the audit log failed", e);
            }
        }
    }

    private static Path former(Path file) {
        return file.resolveSibling(file.getFileName() + ".1");
    }

    /**
     * Returns what the file, and the one that was moved aside, know of certificates that have not ended by {@code now}. It
     * is complete since the first line after which none is missing.
     */
    LeafLedger recall(Instant now) {
        LeafLedger ledger = new LeafLedger(now);
        AuditRecall recall = new AuditRecall(ledger, now);
        try {
            for (Path each : new Path[] {former(file), file}) {
                if (Files.exists(each)) {
                    recall.read(each);
                }
            }
            Instant first = recall.first();
            ledger.completeSince(first == null || !isWhole() ? now : first);
        } catch (IOException e) {
            LOG.warn("{}: cannot read the audit log: {}", file, PrivateFiles.reason(e));
        }
        return ledger;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closeQuietly();
        } finally {
            lock.unlock();
        }
    }
}
