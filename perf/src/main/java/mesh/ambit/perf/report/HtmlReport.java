package mesh.ambit.perf.report;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** A run as one page to look at. */
public final class HtmlReport {
    private static final List<Section> SECTIONS = List.of(
            new Section(
                    "Moving bytes",
                    "As much as goes through, counted where it arrives. The load tool and both proxies share the "
                            + "processors, so the ratios understate what a proxy gains.",
                    key -> key.startsWith("bulk") && key.endsWith("throughput")),
            new Section(
                    "What a gigabyte costs",
                    "Processor time of both proxies for each gigabyte of payload: the steadiest figure here, and what a "
                            + "node's owner pays for.",
                    key -> key.startsWith("bulk") && key.endsWith("cpu")),
            new Section(
                    "Asking and answering",
                    "At a fixed rate each request is timed from when it should have been sent, so a stall counts for all "
                            + "that waited. In the closed loop each connection asks again as soon as it is answered.",
                    key -> key.startsWith("rate") || key.startsWith("loop")),
            new Section(
                    "New connections",
                    "Connect, one byte there and back, close, sixteen at a time.",
                    key -> key.startsWith("connect")),
            new Section(
                    "With company",
                    "The fixed rate again: beside connections that fill every queue, and while the control plane changes a "
                            + "thousand workloads twice a second.",
                    key -> key.startsWith("mixed") || key.startsWith("churn")),
            new Section(
                    "Memory",
                    "Resident memory of the larger of the two programs: freshly started, with connections open and idle, "
                            + "and after the load above.",
                    key -> key.startsWith("memory")),
            new Section(
                    "Start",
                    "From exec of the client node's program to the first byte of a captured connection that comes back.",
                    key -> key.startsWith("start")));

    private HtmlReport() {}

    private record Section(String title, String words, Predicate<String> keys) {}

    /** Returns the page. */
    public static String render(BenchReport report) {
        HtmlPage page = new HtmlPage("Ambit bench");
        page.element("h1", "The data path beside its peers");
        page.element(
                "p class=\"soft\"",
                DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)
                                .format(report.time().atOffset(ZoneOffset.UTC))
                        + " · "
                        + report.machine().processor() + ", " + report.machine().processors() + " processors");
        tiles(page, report);
        legend(page, report);
        goals(page, report.verdicts());
        for (Section section : SECTIONS) {
            panels(page, report, section);
        }
        BreakdownSection.add(page, report.breakdowns());
        method(page, report);
        return page.end();
    }

    private static void tiles(HtmlPage page, BenchReport report) {
        List<String> tiles = new ArrayList<>();
        List<Verdict> verdicts = report.verdicts();
        if (!verdicts.isEmpty()) {
            long met = verdicts.stream().filter(Verdict::isMet).count();
            tiles.add(tile(met + " of " + verdicts.size(), "goals are met"));
        }
        ratio(tiles, report, "bulk-8-up.throughput", "the throughput of %s, 8 connections");
        ratio(tiles, report, "bulk-8-up.cpu", "the processor time of %s for a gigabyte");
        ratio(tiles, report, "connect.rate", "the new connections of %s");
        Double idle = report.results().median("memory.idle.rss", report.ours());
        if (idle != null) {
            tiles.add(tile(TextReport.number(idle) + " MB", "resident when idle"));
        }
        page.raw("<div class=\"tiles\">" + String.join("", tiles) + "</div>");
    }

    private static void ratio(List<String> tiles, BenchReport report, String key, String words) {
        Results results = report.results();
        Metric metric = results.metric(key);
        Double ours = results.median(key, report.ours());
        if (metric == null || ours == null) {
            return;
        }
        Double upstream = results.median(key, Goals.UPSTREAM);
        Double reference = upstream != null ? upstream : Goals.betterPair(results, metric);
        if (reference != null && reference != 0) {
            String whom = upstream != null ? "upstream’s ztunnel" : "the better general proxy";
            tiles.add(tile(TextReport.number(ours / reference) + "×", words.formatted(whom)));
        }
    }

    private static String tile(String number, String words) {
        return "<div class=\"tile\"><b>" + Svg.escape(number) + "</b><span>" + Svg.escape(words) + "</span></div>";
    }

    private static void legend(HtmlPage page, BenchReport report) {
        page.raw("<ul class=\"legend\">");
        for (String subject : report.results().subjects()) {
            page.raw(
                    "<li><i style=\"background:" + Charts.colour(subject) + "\"></i><b>" + Svg.escape(subject) + "</b> "
                            + "<span class=\"soft\">"
                            + Svg.escape(report.descriptions().getOrDefault(subject, "")) + "</span></li>");
        }
        page.raw("</ul>");
    }

    private static void goals(HtmlPage page, List<Verdict> verdicts) {
        if (verdicts.isEmpty()) {
            return;
        }
        page.element("h2", "Goals");
        page.element(
                "p class=\"soft\"",
                "Medians of this run, divided by those of whom they are compared with. The upright mark is the goal; "
                        + "green reaches it, red does not.");
        page.raw("<div class=\"scroll\"><table><thead><tr><th>Goal</th><th>against</th><th>is</th><th>wanted</th>"
                + "<th></th><th></th></tr></thead><tbody>");
        for (Verdict verdict : verdicts) {
            Goal goal = verdict.goal();
            String unit = goal.against() == Goal.Against.NOTHING ? " " + verdict.unit() : "×";
            page.raw("<tr><td>" + Svg.escape(goal.title()) + "</td><td class=\"soft\">"
                    + Svg.escape(goal.against().title()) + "</td><td>" + TextReport.number(verdict.value()) + unit
                    + "</td><td class=\"soft\">" + goal.direction().words() + " " + TextReport.number(goal.bound())
                    + unit + "</td><td class=\"bar\">" + Charts.bullet(verdict) + "</td><td class=\""
                    + (verdict.isMet() ? "met\">met" : "missed\">missed")
                    + String.format(Locale.ROOT, " by %.0f %%", Math.abs(verdict.marginPercent())) + "</td></tr>");
        }
        page.raw("</tbody></table></div>");
    }

    private static void panels(HtmlPage page, BenchReport report, Section section) {
        List<Metric> metrics = report.results().metrics().stream()
                .filter(metric -> section.keys().test(metric.key()))
                .toList();
        if (metrics.isEmpty()) {
            return;
        }
        page.element("h2", section.title());
        page.element("p class=\"soft\"", section.words());
        page.raw("<div class=\"grid\">");
        for (Metric metric : metrics) {
            String better = metric.better() == Metric.Better.HIGHER ? "more is better" : "less is better";
            page.raw("<div class=\"panel\"><h3>" + Svg.escape(metric.title()) + "</h3><small>"
                    + Svg.escape(metric.unit()) + ", " + better + "</small>"
                    + Charts.bars(metric, report.results(), report.ours()) + "</div>");
        }
        page.raw("</div>");
    }

    private static void method(HtmlPage page, BenchReport report) {
        Machine machine = report.machine();
        page.element("h2", "How it was measured");
        page.raw("<ul class=\"plain\">");
        report.method().forEach(sentence -> page.element("li", sentence));
        report.notes().forEach(sentence -> page.element("li", sentence));
        page.raw("</ul><dl>");
        entry(page, "Processor", machine.processor() + ", " + machine.processors() + " visible");
        entry(page, "Memory", machine.memory());
        entry(page, "Kernel", "Linux " + machine.kernel() + ", TCP " + machine.congestionControl());
        entry(page, "Java", machine.java());
        report.descriptions().forEach((name, words) -> entry(page, name, words));
        page.raw(
                "</dl><details><summary>Every number, with the spread of the rounds</summary><div class=\"scroll\"><pre>");
        page.raw(Svg.escape(TextReport.numbers(report)));
        page.raw("</pre></div></details>");
    }

    private static void entry(HtmlPage page, String name, String words) {
        page.element("dt", name).element("dd", words);
    }
}
