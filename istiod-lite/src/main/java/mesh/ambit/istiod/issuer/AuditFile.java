package mesh.ambit.istiod.issuer;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import mesh.ambit.istiod.issuer.LeafLedger.Holder;
import mesh.ambit.istiod.issuer.LeafLedger.Leaf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of an {@link AuditLog}, of mode 0600, moved aside when it is full. What cannot be written waits until it can be.
 * Thread-safe.
 */
final class AuditFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);

    private static final int MAX_WAITING = 10_000;

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
        return open;
    }

    private void report(String what) {
        if (what.equals(problem)) {
            return;
        }
        problem = what;
        if (!what.isEmpty()) {
            LOG.error("{} (certificates are issued, lines wait and are in this log)", what);
        } else {
            LOG.info("{}: the audit log is written again; {} lines were lost", file, lost);
            lost = 0;
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

    /** Returns what the file, and the one that was moved aside, know of certificates that have not ended by {@code now}. */
    LeafLedger recall(Instant now) {
        LeafLedger ledger = new LeafLedger(now);
        Instant first = now;
        try {
            for (Path each : new Path[] {former(file), file}) {
                if (Files.exists(each)) {
                    Instant its = recall(each, ledger, now);
                    first = its.isBefore(first) ? its : first;
                }
            }
            ledger.completeSince(first);
        } catch (IOException e) {
            LOG.warn("{}: cannot read the audit log: {}", file, PrivateFiles.reason(e));
        }
        return ledger;
    }

    private static Instant recall(Path file, LeafLedger ledger, Instant now) throws IOException {
        Instant first = now;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                try {
                    JsonObject line = JsonParser.parseString(text).getAsJsonObject();
                    Instant time = Instant.parse(line.get("time").getAsString());
                    first = time.isBefore(first) ? time : first;
                    Instant end = line.has("not_after")
                            ? Instant.parse(line.get("not_after").getAsString())
                            : Instant.MIN;
                    if (end.isAfter(now)) {
                        ledger.issued(
                                new Holder(
                                        line.get("identity").getAsString(),
                                        line.get("place").getAsString()),
                                new Leaf(line.get("generation").getAsInt(), end),
                                now);
                    }
                } catch (JsonParseException
                        | IllegalStateException
                        | NullPointerException
                        | UnsupportedOperationException
                        | NumberFormatException
                        | DateTimeException e) {
                    LOG.warn("{}: a damaged line is passed over", file);
                }
            }
        }
        return first;
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
