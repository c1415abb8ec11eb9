package mesh.ambit.istiod.push;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a gRPC server asks for and is not told, so that it does not serve. Of a pod that has just begun the mesh may hear
 * after its server has asked; that is not worth a word.
 *
 * <p>For one thread, except {@link #sentences}.
 */
final class Unanswered {
    /** How long a server may wait before that is said. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Names that are noted, and that are ever complained about: the client chooses them. */
    private static final int MAX_NAMES = 16;

    private final LongSupplier nanoTime;
    private final Map<String, Long> since = new HashMap<>();
    private final Set<String> said = new HashSet<>();
    private volatile SortedMap<String, String> reasons = Collections.emptySortedMap();

    Unanswered() {
        this(System::nanoTime);
    }

    Unanswered(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Takes the names that have no answer, with the reasons.
     *
     * @param wakeLater gets {@link #overdue} asked after a time
     */
    void are(Map<String, String> missing, Consumer<Duration> wakeLater) {
        since.keySet().retainAll(missing.keySet());
        SortedMap<String, String> noted = new TreeMap<>();
        boolean more = false;
        for (Map.Entry<String, String> each : missing.entrySet()) {
            if (noted.size() < MAX_NAMES) {
                noted.put(each.getKey(), each.getValue());
                more |= since.putIfAbsent(each.getKey(), nanoTime.getAsLong()) == null;
            }
        }
        reasons = noted;
        if (more) {
            wakeLater.accept(PATIENCE);
        }
    }

    /** Returns what is to be said now of names that have waited long enough, each once. */
    List<String> overdue() {
        long now = nanoTime.getAsLong();
        List<String> overdue = new ArrayList<>();
        reasons.forEach((name, reason) -> {
            Long begun = since.get(name);
            if (begun != null && now - begun >= PATIENCE.toNanos() && said.size() < MAX_NAMES && said.add(name)) {
                overdue.add(sentence(name, reason));
            }
        });
        return overdue;
    }

    /** Returns a sentence for each name; any thread. */
    List<String> sentences() {
        return reasons.entrySet().stream()
                .map(each -> sentence(each.getKey(), each.getValue()))
                .toList();
    }

    private static String sentence(String name, String reason) {
        return "gRPC server waits for " + name + ", as " + reason;
    }
}
