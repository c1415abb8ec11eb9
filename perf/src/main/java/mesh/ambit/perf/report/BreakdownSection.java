package mesh.ambit.perf.report;

import java.util.List;
import java.util.stream.Stream;
import mesh.ambit.perf.profile.Breakdown;
import mesh.ambit.perf.profile.Cost;
import mesh.ambit.perf.profile.Place;
import mesh.ambit.perf.profile.Profile;
import mesh.ambit.perf.profile.StackTree;

/** The part of a page that says where the time goes. */
final class BreakdownSection {
    /** What takes less of the whole is not drawn. */
    private static final double LEAST_PART = 0.004;

    private static final double WIDTH = 1040;
    private static final double LABELS = 64;

    private BreakdownSection() {}

    static void add(HtmlPage page, List<Breakdown> breakdowns) {
        if (breakdowns.isEmpty()) {
            return;
        }
        page.element("h2", "Where the time goes");
        page.element(
                "p class=\"soft\"",
                "After the rounds the same traffic once more. What the kernel does on a program’s behalf (copying, TCP, "
                        + "delivery to the other end of the machine’s own network) is told apart from the program’s own code "
                        + "for everybody; our own programs’ threads are sampled besides, in the client’s node and in the "
                        + "server’s.");
        legend(page, breakdowns);
        page.raw("<div class=\"stack\">");
        breakdowns.forEach(breakdown -> panel(page, breakdown));
        page.raw("</div>");
    }

    private static void legend(HtmlPage page, List<Breakdown> breakdowns) {
        page.raw("<ul class=\"legend\">");
        places(breakdowns)
                .forEach(place -> page.raw("<li><i style=\"background:" + Charts.colour(place) + "\"></i>"
                        + Svg.escape(place.title()) + "</li>"));
        page.raw("</ul>");
    }

    private static Stream<Place> places(List<Breakdown> breakdowns) {
        return Stream.of(Place.values())
                .filter(place -> breakdowns.stream()
                        .flatMap(breakdown -> breakdown.profiles().stream())
                        .anyMatch(profile -> profile.share(place) > 0));
    }

    private static void panel(HtmlPage page, Breakdown breakdown) {
        page.raw("<div class=\"panel\"><h3>" + Svg.escape(breakdown.measure()) + "</h3><small>processor time, "
                + Svg.escape(breakdown.unit()) + "</small>");
        page.raw("<div class=\"scroll\"><table><thead><tr><th></th><th>own code</th><th>kernel</th><th>together</th>"
                + "</tr></thead><tbody>");
        for (Cost cost : breakdown.costs()) {
            page.raw("<tr><td>" + Svg.escape(cost.subject()) + "</td><td>"
                    + TextReport.number(cost.perUnit().own()) + "</td><td>"
                    + TextReport.number(cost.perUnit().kernel()) + "</td><td>"
                    + TextReport.number(cost.perUnit().total()) + "</td></tr>");
        }
        page.raw("</tbody></table></div>");
        if (!breakdown.profiles().isEmpty()) {
            page.raw(bars(breakdown));
        }
        for (Profile profile : breakdown.profiles()) {
            page.raw("<details><summary>Stacks of the " + profile.node() + "’s node</summary>"
                    + Icicle.of(
                            StackTree.of(profile.stacks(), LEAST_PART),
                            breakdown.measure() + ": stacks of the " + profile.node() + "’s node")
                    + "</details>");
        }
        page.raw("</div>");
    }

    private static String bars(Breakdown breakdown) {
        double row = 26;
        Svg svg = new Svg(WIDTH, breakdown.profiles().size() * row, breakdown.measure() + ": shares of processor time");
        double y = 0;
        for (Profile profile : breakdown.profiles()) {
            svg.text(LABELS - 9, y + row / 2 + 4, "end", "soft", profile.node());
            double x = LABELS;
            for (Place place : Place.values()) {
                double width = profile.share(place) * (WIDTH - LABELS);
                if (width > 0) {
                    String percent = TextReport.percent(profile.share(place));
                    svg.part(x, y + 3, width - 1, row - 6, Charts.colour(place), place.title() + ", " + percent);
                    if (width > 34) {
                        svg.text(x + width / 2, y + row / 2 + 4, "middle", "frame", percent);
                    }
                }
                x += width;
            }
            y += row;
        }
        return svg.end();
    }
}
