package mesh.ambit.perf.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A run as tables for a terminal: medians with the spread of the rounds, our ratios to others, the goals. */
public final class TextReport {
    private static final String GAP = "  ";

    private TextReport() {}

    /** Returns the tables, with a line break at the end of each line. */
    public static String render(BenchReport report) {
        StringBuilder text = new StringBuilder();
        Machine machine = report.machine();
        text.append(String.format(
                "%s, %d processors, %s, Linux %s, %s%n",
                machine.processor(),
                machine.processors(),
                machine.memory(),
                machine.kernel(),
                machine.congestionControl()));
        report.descriptions().forEach((name, words) -> text.append(String.format("%-10s %s%n", name, words)));
        report.method().forEach(sentence -> text.append(sentence).append('\n'));
        text.append('\n').append(numbers(report));
        List<Verdict> verdicts = report.verdicts();
        if (!verdicts.isEmpty()) {
            text.append('\n').append(goals(verdicts));
        }
        text.append(BreakdownText.render(report.breakdowns(), report.ours()));
        report.notes().forEach(note -> text.append(note).append('\n'));
        return text.toString();
    }

    static String numbers(BenchReport report) {
        Results results = report.results();
        List<String> subjects = new ArrayList<>(results.subjects());
        boolean hasPairs = results.metrics().stream().anyMatch(metric -> Goals.betterPair(results, metric) != null);
        boolean hasUpstream = subjects.contains(Goals.UPSTREAM);
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(""));
        head.addAll(subjects);
        if (hasPairs) {
            head.add("to pairs");
        }
        if (hasUpstream) {
            head.add("to upstream");
        }
        rows.add(head);
        for (Metric metric : results.metrics()) {
            List<String> row = new ArrayList<>(List.of(metric.title() + ", " + metric.unit()));
            for (String subject : subjects) {
                row.add(cell(results.of(metric, subject)));
            }
            Double ours = results.median(metric.key(), report.ours());
            if (hasPairs) {
                row.add(ratio(ours, Goals.betterPair(results, metric)));
            }
            if (hasUpstream) {
                row.add(ratio(ours, results.median(metric.key(), Goals.UPSTREAM)));
            }
            rows.add(row);
        }
        return table(rows);
    }

    private static String goals(Collection<Verdict> verdicts) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("goal", "against", "is", "wanted", ""));
        for (Verdict verdict : verdicts) {
            Goal goal = verdict.goal();
            boolean alone = goal.against() == Goal.Against.NOTHING;
            String unit = alone ? " " + verdict.unit() : "x";
            rows.add(List.of(
                    goal.title(),
                    goal.against().title(),
                    number(verdict.value()) + unit,
                    goal.direction().words() + " " + number(goal.bound()) + unit,
                    (verdict.isMet() ? "met" : "MISSED")
                            + String.format(Locale.ROOT, " by %.0f %%", Math.abs(verdict.marginPercent()))));
        }
        long met = verdicts.stream().filter(Verdict::isMet).count();
        return table(rows) + met + " of " + verdicts.size() + " goals are met\n";
    }

    private static String ratio(@Nullable Double ours, @Nullable Double theirs) {
        return ours == null || theirs == null || theirs == 0 ? "-" : number(ours / theirs) + "x";
    }

    private static String cell(List<Double> values) {
        if (values.isEmpty()) {
            return "-";
        }
        String median = number(Statistics.median(values));
        return values.size() == 1
                ? median
                : median + " (" + number(Statistics.min(values)) + ".." + number(Statistics.max(values)) + ")";
    }

    /** First column to the left, the others to the right. */
    static String table(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String pad = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? row.get(i) + pad : GAP + pad + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** Returns a part of one in percent. */
    static String percent(double part) {
        return String.format(Locale.ROOT, part >= 0.0995 || part == 0 ? "%.0f %%" : "%.1f %%", part * 100);
    }

    /** Returns a number with three digits that mean something. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 || size == 0 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
