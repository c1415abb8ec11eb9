package mesh.ambit.perf.report;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.perf.profile.Breakdown;

/**
 * A run, whole.
 *
 * @param ours name of the subject that goals are judged for
 * @param descriptions of the subjects, by name
 * @param method how it was measured, a sentence each
 * @param breakdowns where the time goes, of what was looked into
 * @param notes what the reader should know besides, a sentence each
 */
public record BenchReport(
        Instant time,
        Machine machine,
        String ours,
        SortedMap<String, String> descriptions,
        List<String> method,
        List<String> notes,
        List<Breakdown> breakdowns,
        Results results) {
    public BenchReport {
        descriptions = new TreeMap<>(descriptions);
        method = List.copyOf(method);
        notes = List.copyOf(notes);
        breakdowns = List.copyOf(breakdowns);
    }

    /** Returns every goal of which there are numbers. */
    public List<Verdict> verdicts() {
        return Goals.judge(results, ours);
    }
}
