package mesh.ambit.perf.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The numbers as a table for a terminal: medians, and below them how far apart the rounds were. */
public final class TextReport {
    private static final int WIDTH = 22;

    private TextReport() {}

    /** Returns the table, with a line break at the end of each line. */
    public static String render(Results results) {
        List<String> subjects = new ArrayList<>(results.subjects());
        StringBuilder text = new StringBuilder();
        int first = results.metrics().stream()
                .mapToInt(metric -> metric.title().length() + metric.unit().length() + 2)
                .max()
                .orElse(0);
        text.append(" ".repeat(first));
        subjects.forEach(subject -> text.append(String.format("%" + WIDTH + "s", subject)));
        text.append('\n');
        for (Metric metric : results.metrics()) {
            text.append(String.format("%-" + first + "s", metric.title() + ", " + metric.unit()));
            for (String subject : subjects) {
                List<Double> values = results.of(metric, subject);
                text.append(String.format("%" + WIDTH + "s", values.isEmpty() ? "-" : cell(values)));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String cell(List<Double> values) {
        String median = number(Statistics.median(values));
        return values.size() == 1
                ? median
                : median + " (" + number(Statistics.min(values)) + ".." + number(Statistics.max(values)) + ")";
    }

    /** Returns a number with three digits that mean something. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
