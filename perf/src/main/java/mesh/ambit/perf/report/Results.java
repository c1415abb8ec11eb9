package mesh.ambit.perf.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every number of a run, by metric and subject, in the order in which they came. Not thread-safe. */
public final class Results {
    private final Map<Metric, Map<String, List<Double>>> values = new LinkedHashMap<>();

    /** Adds what one round gave. What is divided by nothing is no number, and none is added. */
    public void add(Metric metric, String subject, double value) {
        if (!Double.isFinite(value)) {
            return;
        }
        values.computeIfAbsent(metric, key -> new LinkedHashMap<>())
                .computeIfAbsent(subject, key -> new ArrayList<>())
                .add(value);
    }

    public Set<Metric> metrics() {
        return Collections.unmodifiableSet(values.keySet());
    }

    /** Returns everybody of whom there is a number. */
    public Set<String> subjects() {
        Set<String> subjects = new LinkedHashSet<>();
        values.values().forEach(bySubject -> subjects.addAll(bySubject.keySet()));
        return subjects;
    }

    /** Returns what the rounds gave; nothing if it was not measured. */
    public List<Double> of(Metric metric, String subject) {
        return List.copyOf(values.getOrDefault(metric, Map.of()).getOrDefault(subject, List.of()));
    }

    /** Returns the metric called {@code key}; null if it was not measured. */
    public @Nullable Metric metric(String key) {
        return values.keySet().stream()
                .filter(metric -> metric.key().equals(key))
                .findFirst()
                .orElse(null);
    }

    /** Returns the median; null if it was not measured. */
    public @Nullable Double median(String key, String subject) {
        Metric metric = metric(key);
        List<Double> measured = metric == null ? List.of() : of(metric, subject);
        return measured.isEmpty() ? null : Statistics.median(measured);
    }
}
