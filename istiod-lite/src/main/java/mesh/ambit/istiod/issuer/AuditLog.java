package mesh.ambit.istiod.issuer;

import com.google.gson.Gson;
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
import mesh.ambit.istiod.issuer.Issuer.Issued;
import mesh.ambit.istiod.issuer.LeafLedger.Holder;
import mesh.ambit.istiod.issuer.LeafLedger.Leaf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line of JSON for each certificate that was issued and for each request that was refused: to the logger {@code
 * istiod::ca::audit}, and to a file of mode 0600 if there is one. Never a key, never a token.
 *
 * <p>A file that cannot be written keeps nobody from a certificate: lines wait, and go to the file when it can be written
 * again. Refusals are limited, so that a stranger cannot fill a disk. Thread-safe.
 */
public final class AuditLog implements AutoCloseable {
    private static final Logger AUDIT = LoggerFactory.getLogger("istiod::ca::audit");
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final Gson GSON = new Gson();

    private static final int MAX_WAITING = 10_000;
    private static final int MAX_TEXT = 256;
    private static final int MAX_REFUSALS_PER_SECOND = 50;

    private final @Nullable Path file;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<String> waiting = new ArrayDeque<>();
    private @Nullable FileChannel channel;
    private String problem = "";
    private long lost;
    private long refusalSecond;
    private int refusals;
    private long suppressed;

    /** Who asked, as far as it is known. */
    record Asker(CallerIdentity caller, String peer, boolean impersonates) {}

    /**
     * Creates one.
     *
     * @param file appended to; moved aside, to the same name with {@code .1}, when it is full. Null for none
     * @param maxBytes when the file is full
     */
    AuditLog(@Nullable Path file, long maxBytes) {
        this.file = file;
        this.maxBytes = maxBytes;
    }

    /** Notes a certificate. */
    void issued(Asker asker, String identity, String place, Issued issued, Instant now) {
        JsonObject line = line("issued", asker, identity, now);
        line.addProperty("place", place);
        line.addProperty("serial", issued.leaf().getSerialNumber().toString(16));
        line.addProperty("not_before", issued.leaf().getNotBefore().toInstant().toString());
        line.addProperty("not_after", issued.leaf().getNotAfter().toInstant().toString());
        line.addProperty("issuer_key", issued.keyId());
        line.addProperty("generation", issued.generation());
        write(GSON.toJson(line));
    }

    /** Notes a refusal of {@code identity}, which is whatever was asked for. */
    void refused(Asker asker, String identity, String reason, String detail, Instant now) {
        JsonObject line = line("refused", asker, printable(identity), now);
        line.addProperty("reason", reason);
        line.addProperty("detail", printable(detail));
        lock.lock();
        try {
            if (now.getEpochSecond() != refusalSecond) {
                refusalSecond = now.getEpochSecond();
                refusals = 0;
            }
            if (refusals == MAX_REFUSALS_PER_SECOND) {
                suppressed++;
                return;
            }
            refusals++;
            if (suppressed > 0) {
                line.addProperty("refusals_not_listed", suppressed);
                suppressed = 0;
            }
        } finally {
            lock.unlock();
        }
        write(GSON.toJson(line));
    }

    private static JsonObject line(String event, Asker asker, String identity, Instant now) {
        JsonObject line = new JsonObject();
        line.addProperty("time", now.toString());
        line.addProperty("event", event);
        line.addProperty("identity", identity);
        line.addProperty("caller", asker.caller().id().toString());
        BoundPod pod = asker.caller().pod();
        if (pod != null) {
            line.addProperty("caller_pod", pod.name());
            line.addProperty("caller_pod_uid", pod.uid());
        }
        line.addProperty("peer", asker.peer());
        line.addProperty("impersonated", asker.impersonates());
        return line;
    }

    private void write(String line) {
        AUDIT.info("{}", line);
        if (file == null) {
            return;
        }
        lock.lock();
        try {
            if (waiting.size() == MAX_WAITING) {
                waiting.removeFirst();
                lost++;
            }
            waiting.addLast(line + "\n");
            drain(file);
        } finally {
            lock.unlock();
        }
    }

    /** Tries again to write what waits. */
    void flush() {
        lock.lock();
        try {
            if (file != null && !waiting.isEmpty()) {
                drain(file);
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

    private void drain(Path to) {
        try {
            FileChannel open = channel == null ? open(to) : channel;
            channel = open;
            while (!waiting.isEmpty()) {
                if (open.position() >= maxBytes) {
                    open.close();
                    channel = null;
                    Files.move(to, former(to), StandardCopyOption.REPLACE_EXISTING);
                    open = open(to);
                    channel = open;
                }
                append(open, waiting.getFirst());
                waiting.removeFirst();
            }
            report("");
        } catch (IOException | IssuerException e) {
            closeQuietly();
            report(to + ": cannot write the audit log: "
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

    /**
     * Returns what the file knows of issued certificates; of a file that cannot be read whole, from {@code now} on. Notes
     * the start of this controller, from which on the file has every certificate.
     */
    LeafLedger recall(Instant now) {
        LeafLedger ledger = new LeafLedger(now);
        if (file == null) {
            return ledger;
        }
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
        JsonObject line = new JsonObject();
        line.addProperty("time", now.toString());
        line.addProperty("event", "started");
        write(GSON.toJson(line));
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

    /** Returns hostile text so that it takes one line of a log. */
    static String printable(String text) {
        String line = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
        return line.replaceAll("\\p{Cntrl}", "?");
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
