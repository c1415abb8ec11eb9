package mesh.ambit.istiod.issuer;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import mesh.ambit.istiod.issuer.LeafLedger.Holder;
import mesh.ambit.istiod.issuer.LeafLedger.Leaf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the files of an audit log back, the older one first. One thread. */
final class AuditRecall {
    private static final Logger LOG = LoggerFactory.getLogger(AuditRecall.class);

    private final LeafLedger ledger;
    private final Instant now;

    private @Nullable Instant first;

    AuditRecall(LeafLedger ledger, Instant now) {
        this.ledger = ledger;
        this.now = now;
    }

    /** Returns the time of the first line after which none is missing; null if there is none. */
    @Nullable
    Instant first() {
        return first;
    }

    void read(Path file) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                try {
                    line(JsonParser.parseString(text).getAsJsonObject());
                } catch (JsonParseException
                        | IllegalStateException
                        | NullPointerException
                        | UnsupportedOperationException
                        | NumberFormatException
                        | DateTimeException e) {
                    LOG.warn("{}: a damaged line is passed over", file);
                    first = null;
                }
            }
        }
    }

    private void line(JsonObject line) {
        String event = line.has("event") ? line.get("event").getAsString() : "";
        if (event.equals(AuditFile.LOST)) {
            first = null;
            return;
        }
        Instant time = Instant.parse(line.get("time").getAsString());
        if (first == null || time.isBefore(first) || line.has(AuditFile.INCOMPLETE)) {
            first = time;
        }
        Instant end =
                line.has("not_after") ? Instant.parse(line.get("not_after").getAsString()) : Instant.MIN;
        if (end.isAfter(now)) {
            ledger.issued(
                    new Holder(
                            line.get("identity").getAsString(),
                            line.get("place").getAsString()),
                    new Leaf(line.get("generation").getAsInt(), end),
                    now);
        }
    }
}
