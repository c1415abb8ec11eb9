package mesh.ambit.istiod.issuer;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import mesh.ambit.istiod.issuer.Issuer.Issued;
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
    private static final Gson GSON = new Gson();

    private static final int MAX_TEXT = 256;
    private static final int MAX_REFUSALS_PER_SECOND = 50;

    private final @Nullable AuditFile file;
    private final ReentrantLock lock = new ReentrantLock();
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
        this.file = file == null ? null : new AuditFile(file, maxBytes);
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
        if (file != null) {
            file.write(line);
        }
    }

    /** Tries again to write what waits. */
    void flush() {
        if (file != null) {
            file.flush();
        }
    }

    /** Returns what keeps the file from being written, or an empty text. */
    String problem() {
        return file == null ? "" : file.problem();
    }

    /**
     * Returns what the file knows of issued certificates; of a file that cannot be read whole, from {@code now} on. Notes
     * the start of this controller, from which on the file has every certificate.
     */
    LeafLedger recall(Instant now) {
        if (file == null) {
            return new LeafLedger(now);
        }
        LeafLedger ledger = file.recall(now);
        JsonObject line = new JsonObject();
        line.addProperty("time", now.toString());
        line.addProperty("event", "started");
        if (!file.isWhole()) {
            line.addProperty(AuditFile.INCOMPLETE, true);
        }
        write(GSON.toJson(line));
        file.begin();
        return ledger;
    }

    /** Returns hostile text so that it takes one line of a log. */
    static String printable(String text) {
        String line = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
        return line.replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
