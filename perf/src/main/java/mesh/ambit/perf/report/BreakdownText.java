package mesh.ambit.perf.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mesh.ambit.perf.profile.Breakdown;
import mesh.ambit.perf.profile.Cost;
import mesh.ambit.perf.profile.Place;
import mesh.ambit.perf.profile.Profile;

/** Where the time goes, as tables for a terminal. */
final class BreakdownText {
    private BreakdownText() {}

    static String render(List<Breakdown> breakdowns, String ours) {
        if (breakdowns.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder("\n").append(costs(breakdowns));
        List<Breakdown> sampled = breakdowns.stream()
                .filter(breakdown -> !breakdown.profiles().isEmpty())
                .toList();
        if (!sampled.isEmpty()) {
            text.append('\n').append(places(sampled, ours));
        }
        return text.toString();
    }

    private static String costs(List<Breakdown> breakdowns) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("processor time", "of", "own code", "kernel", "together", ""));
        for (Breakdown breakdown : breakdowns) {
            for (Cost cost : breakdown.costs()) {
                rows.add(List.of(
                        breakdown.measure(),
                        cost.subject(),
                        TextReport.number(cost.perUnit().own()),
                        TextReport.number(cost.perUnit().kernel()),
                        TextReport.number(cost.perUnit().total()),
                        breakdown.unit()));
            }
        }
        return TextReport.table(rows);
    }

    private static String places(List<Breakdown> breakdowns, String ours) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("where " + ours + "'s time goes"));
        List<Profile> profiles = new ArrayList<>();
        for (Breakdown breakdown : breakdowns) {
            for (Profile profile : breakdown.profiles()) {
                head.add(breakdown.measure() + ", " + profile.node());
                profiles.add(profile);
            }
        }
        rows.add(head);
        for (Place place : Place.values()) {
            if (profiles.stream().anyMatch(profile -> profile.share(place) > 0)) {
                rows.add(Stream.concat(
                                Stream.of(place.title()),
                                profiles.stream().map(profile -> TextReport.percent(profile.share(place))))
                        .toList());
            }
        }
        return TextReport.table(rows);
    }
}
