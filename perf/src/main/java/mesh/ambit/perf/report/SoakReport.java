package mesh.ambit.perf.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What became of a program under load that went on and on.
 *
 * @param subject what was soaked, for a person
 * @param work what it did meanwhile, a sentence each
 */
public record SoakReport(
        Instant time, Machine machine, String subject, List<String> work, List<Series> series, long errors) {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    public SoakReport {
        work = List.copyOf(work);
        series = List.copyOf(series);
    }

    /** Returns whether nothing grows. */
    public boolean isFlat() {
        return series.stream().allMatch(Series::isFlat);
    }

    /** Returns a line for each series, and the verdict. */
    public String text() {
        StringBuilder text = new StringBuilder(subject).append('\n');
        work.forEach(sentence -> text.append(sentence).append('\n'));
        for (Series one : series) {
            if (!one.points().isEmpty()) {
                text.append(String.format(
                        Locale.ROOT,
                        "%-44s %10s -> %10s %-3s  trend %+.2f  %s%n",
                        one.title(),
                        TextReport.number(one.points().getFirst().value()),
                        TextReport.number(one.points().getLast().value()),
                        one.unit(),
                        one.growth(),
                        one.isFlat() ? "flat" : "GROWS"));
            }
        }
        return text.append(errors)
                .append(" failed operations; ")
                .append(isFlat() ? "everything is flat\n" : "NOT everything is flat\n")
                .toString();
    }

    /** Returns one object with every value. */
    public String json() {
        JsonObject root = new JsonObject();
        root.addProperty("time", time.toString());
        root.add("machine", GSON.toJsonTree(machine));
        root.addProperty("subject", subject);
        root.add("work", GSON.toJsonTree(work));
        root.addProperty("errors", errors);
        root.addProperty("flat", isFlat());
        JsonArray all = new JsonArray();
        for (Series one : series) {
            JsonObject object = GSON.toJsonTree(one).getAsJsonObject();
            object.addProperty("growth", one.growth());
            object.addProperty("flat", one.isFlat());
            all.add(object);
        }
        root.add("series", all);
        return GSON.toJson(root) + "\n";
    }

    /** Returns one page that needs nothing but itself. */
    public String html() {
        HtmlPage page = new HtmlPage("Ambit soak");
        page.element("h1", isFlat() ? "Nothing grows" : "Something grows");
        page.element("p class=\"soft\"", time + " · " + subject + " · " + machine.processor());
        page.raw("<ul class=\"plain\">");
        work.forEach(sentence -> page.element("li", sentence));
        page.element("li", errors + " operations failed.");
        page.element(
                "li",
                "The thin line is the trend after the first third of the run. A series is flat where that trend grows by "
                        + "no more than 5 % of its median and a little of its unit.");
        page.raw("</ul><div class=\"grid\">");
        for (Series one : series) {
            if (one.points().isEmpty()) {
                continue;
            }
            String verdict = one.isFlat() ? "<span class=\"met\">flat</span>" : "<span class=\"missed\">grows</span>";
            page.raw("<div class=\"panel\"><h3>" + Svg.escape(one.title()) + "</h3><small>" + Svg.escape(one.unit())
                    + ", " + verdict + "</small>"
                    + Charts.line(
                            one.title(),
                            one.points().stream().map(Series.Point::seconds).toList(),
                            one.points().stream().map(Series.Point::value).toList(),
                            one.slope(),
                            one.isFlat() ? "var(--s-ambit)" : "var(--bad)")
                    + "</div>");
        }
        return page.raw("</div>").end();
    }
}
