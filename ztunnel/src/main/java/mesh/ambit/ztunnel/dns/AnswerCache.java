package mesh.ambit.ztunnel.dns;

import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What name servers said, for as long as they allow. Bounded in entries and in bytes: what was not asked for longest goes
 * first. Confined to one event loop; time is an argument.
 */
final class AnswerCache {
    private static final float LOAD_FACTOR = 0.75f;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final int maxEntries;
    private final long maxBytes;
    private final LinkedHashMap<DnsQuestion, Entry> entries = new LinkedHashMap<>(16, LOAD_FACTOR, true);
    private long bytes;

    private record Entry(Resolution resolution, long storedNanos, int weight) {}

    AnswerCache(int maxEntries, long maxBytes) {
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
    }

    /** Returns what is known about {@code question}, with its TTLs as they are now; null for nothing. */
    @Nullable
    Resolution find(DnsQuestion question, long nowNanos) {
        Entry entry = entries.get(question);
        if (entry == null) {
            return null;
        }
        long seconds = (nowNanos - entry.storedNanos) / NANOS_PER_SECOND;
        if (seconds >= entry.resolution.lifetimeSeconds()) {
            entries.remove(question);
            bytes -= entry.weight;
            return null;
        }
        return entry.resolution.aged((int) seconds);
    }

    /** Keeps {@code resolution} for its lifetime. */
    void put(DnsQuestion question, Resolution resolution, long nowNanos) {
        int weight = resolution.weight();
        if (resolution.lifetimeSeconds() == 0 || weight > maxBytes) {
            return;
        }
        Entry before = entries.put(question, new Entry(resolution, nowNanos, weight));
        bytes += weight - (before == null ? 0 : before.weight);
        Iterator<Entry> eldest = entries.values().iterator();
        while (entries.size() > maxEntries || bytes > maxBytes) {
            bytes -= eldest.next().weight;
            eldest.remove();
        }
    }

    /** Returns how many answers are kept. */
    int size() {
        return entries.size();
    }
}
