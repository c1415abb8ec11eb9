package mesh.ambit.perf.report;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mesh.ambit.perf.profile.Place;

/** The drawings of a page. */
final class Charts {
    private static final Set<String> WITH_COLOUR = Set.of("ambit", "upstream", "haproxy", "nginx", "direct");
    private static final String INK = "var(--ink)";
    private static final String SOFT = "var(--soft)";

    private static final double WIDTH = 340;
    private static final double LABELS = 70;
    private static final double NUMBERS = 58;
    private static final double ROW = 25;

    private Charts() {}

    /** Returns the colour of a subject, the same in every drawing. */
    static String colour(String subject) {
        return "var(--s-" + (WITH_COLOUR.contains(subject) ? subject : "other") + ")";
    }

    /** Returns the colour of what time is spent on, the same in every drawing. */
    static String colour(Place place) {
        return "var(--p-" + place.number() + ")";
    }

    /** Returns a bar for each subject's median, with a thin line from the least to the most of its rounds. */
    static String bars(Metric metric, Results results, String ours) {
        List<String> subjects = results.subjects().stream()
                .filter(subject -> !results.of(metric, subject).isEmpty())
                .toList();
        double most = subjects.stream()
                .mapToDouble(subject -> Statistics.max(results.of(metric, subject)))
                .max()
                .orElse(1);
        double scale = (WIDTH - LABELS - NUMBERS) / (most == 0 ? 1 : most);
        Svg svg = new Svg(WIDTH, subjects.size() * ROW, metric.title() + ", " + metric.unit());
        double y = 0;
        for (String subject : subjects) {
            List<Double> values = results.of(metric, subject);
            double median = Statistics.median(values);
            double middle = y + ROW / 2;
            String strong = subject.equals(ours) ? "strong" : "";
            svg.text(LABELS - 9, middle + 4, "end", strong.isEmpty() ? "soft" : strong, subject);
            svg.rect(LABELS, y + 5, WIDTH - LABELS - NUMBERS, ROW - 10, "var(--track)");
            svg.rect(LABELS, y + 5, Math.max(1.5, median * scale), ROW - 10, colour(subject));
            if (values.size() > 1) {
                double from = LABELS + Statistics.min(values) * scale;
                double to = LABELS + Statistics.max(values) * scale;
                svg.line(from, middle, to, middle, INK, 1);
                svg.line(from, middle - 3, from, middle + 3, INK, 1);
                svg.line(to, middle - 3, to, middle + 3, INK, 1);
            }
            svg.text(WIDTH, middle + 4, "end", strong, TextReport.number(median));
            y += ROW;
        }
        return svg.end();
    }

    /** Returns a bar as long as the value, with a mark where the goal is. */
    static String bullet(Verdict verdict) {
        double width = 320;
        double height = 18;
        double most = Math.max(verdict.value(), verdict.goal().bound()) * 1.12;
        String fill = verdict.isMet() ? "var(--good)" : "var(--bad)";
        double mark = verdict.goal().bound() / most * width;
        return new Svg(width, height, verdict.goal().title() + ": " + TextReport.number(verdict.value()))
                .rect(0, 5, width, 8, "var(--track)")
                .rect(0, 5, Math.max(1.5, verdict.value() / most * width), 8, fill)
                .line(mark, 0, mark, height, INK, 2)
                .end();
    }

    /** Returns how {@code values} went over {@code seconds}, with a thin line for the trend. */
    static String line(String title, List<Double> seconds, List<Double> values, double slopePerSecond, String colour) {
        double height = 120;
        double bottom = height - 18;
        double end = Math.max(1, seconds.getLast());
        double most = Math.max(1e-9, Statistics.max(values) * 1.15);
        String points = IntStream.range(0, values.size())
                .mapToObj(i -> String.format(
                        Locale.ROOT,
                        "%.1f,%.1f",
                        LABELS + seconds.get(i) / end * (WIDTH - LABELS),
                        bottom - values.get(i) / most * (bottom - 8)))
                .collect(Collectors.joining(" "));
        double meanX = Statistics.mean(seconds);
        double meanY = Statistics.mean(values);
        double left = bottom - (meanY - slopePerSecond * meanX) / most * (bottom - 8);
        double right = bottom - (meanY + slopePerSecond * (end - meanX)) / most * (bottom - 8);
        return new Svg(WIDTH, height, title)
                .line(LABELS, bottom, WIDTH, bottom, "var(--line)", 1)
                .polyline(points, colour)
                .line(LABELS, left, WIDTH, right, SOFT, 1)
                .text(LABELS - 8, 16, "end", "soft", TextReport.number(most))
                .text(LABELS - 8, bottom + 4, "end", "soft", "0")
                .text(LABELS, height - 3, "start", "soft", "0 min")
                .text(WIDTH, height - 3, "end", "soft", String.format(Locale.ROOT, "%.1f min", end / 60))
                .end();
    }
}
