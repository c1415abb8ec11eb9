package mesh.ambit.perf.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import mesh.ambit.perf.report.Goal.Against;
import org.jspecify.annotations.Nullable;

/** What the data path is to reach, and whether it does. */
public final class Goals {
    /** Name of the peer that stands for upstream's ztunnel. */
    public static final String UPSTREAM = "upstream";

    private static final List<String> PAIRS = List.of("haproxy", "nginx");

    private Goals() {}

    /** Returns all of them: the ambitious ones beside general proxies, then those beside upstream's ztunnel. */
    public static List<Goal> all() {
        List<Goal> goals = new ArrayList<>();
        bulk(goals, Against.BETTER_PAIR, 1.6, 1.3);
        goals.add(Goal.atMost(0.58, Against.BETTER_PAIR, "bulk-8-up.cpu", "CPU per GB, 8 connections up"));
        goals.add(Goal.atMost(0.58, Against.BETTER_PAIR, "bulk-8-down.cpu", "CPU per GB, 8 connections down"));
        goals.add(Goal.atLeast(0.40, Against.DIRECT, "bulk-1-up.throughput", "Throughput beside plain TCP"));
        goals.add(Goal.atMost(0.60, Against.BETTER_PAIR, "loop.cpu", "CPU per small request"));
        goals.add(Goal.atMost(1.0, Against.BETTER_PAIR, "rate.p50", "p50 at 1,000 rps"));
        goals.add(Goal.atMost(0.35, Against.BETTER_PAIR, "mixed.p99", "p99 of requests beside bulk"));
        goals.add(Goal.atLeast(6, Against.BETTER_PAIR, "connect.rate", "New connections per second"));
        goals.add(Goal.atMost(105, Against.NOTHING, "memory.idle.rss", "Resident, idle"));
        goals.add(Goal.atMost(4, Against.NOTHING, "memory.per-connection", "Resident per open connection"));
        goals.add(Goal.atMost(500, Against.NOTHING, "start.first", "Start to first served connection"));

        bulk(goals, Against.UPSTREAM, 1.5, 1.5);
        for (String bulk : bulkNames(1, 8, 64)) {
            goals.add(Goal.atMost(0.75, Against.UPSTREAM, bulk + ".cpu", "CPU per GB, " + words(bulk)));
        }
        goals.add(Goal.atMost(0.85, Against.UPSTREAM, "rate.p50", "p50 at 1,000 rps"));
        goals.add(Goal.atMost(1.0, Against.UPSTREAM, "rate.p99", "p99 at 1,000 rps"));
        goals.add(Goal.atLeast(1.5, Against.UPSTREAM, "loop.requests", "Requests in a closed loop"));
        goals.add(Goal.atLeast(2.5, Against.UPSTREAM, "connect.rate", "New connections per second"));
        goals.add(Goal.atMost(0.7, Against.UPSTREAM, "connect.cpu", "CPU per new connection"));
        goals.add(Goal.atMost(96, Against.NOTHING, "memory.1000.rss", "Resident with 1,000 connections"));
        return List.copyOf(goals);
    }

    private static void bulk(List<Goal> goals, Against against, double few, double many) {
        for (String bulk : bulkNames(1, 8)) {
            goals.add(Goal.atLeast(few, against, bulk + ".throughput", "Throughput, " + words(bulk)));
        }
        for (String bulk : bulkNames(64)) {
            goals.add(Goal.atLeast(many, against, bulk + ".throughput", "Throughput, " + words(bulk)));
        }
    }

    private static List<String> bulkNames(Integer... connections) {
        return Stream.of(connections)
                .flatMap(count -> Stream.of("bulk-" + count + "-up", "bulk-" + count + "-down"))
                .toList();
    }

    private static String words(String bulk) {
        String[] parts = bulk.split("-", 3);
        return parts[1] + (parts[1].equals("1") ? " connection " : " connections ") + parts[2];
    }

    /** Returns the goals of which there are numbers, judged for {@code subject}, by medians. */
    public static List<Verdict> judge(Results results, String subject) {
        return all().stream()
                .map(goal -> judge(goal, results, subject))
                .filter(Objects::nonNull)
                .toList();
    }

    private static @Nullable Verdict judge(Goal goal, Results results, String subject) {
        Metric metric = results.metric(goal.metric());
        Double ours = results.median(goal.metric(), subject);
        if (metric == null || ours == null) {
            return null;
        }
        if (goal.against() == Against.NOTHING) {
            return new Verdict(goal, metric.unit(), ours, ours, Double.NaN);
        }
        Double reference = reference(goal, metric, results);
        return reference == null || reference == 0
                ? null
                : new Verdict(goal, metric.unit(), ours / reference, ours, reference);
    }

    private static @Nullable Double reference(Goal goal, Metric metric, Results results) {
        return switch (goal.against()) {
            case BETTER_PAIR -> betterPair(results, metric);
            case UPSTREAM -> results.median(metric.key(), UPSTREAM);
            case DIRECT -> results.median(metric.key(), "direct");
            case NOTHING -> null;
        };
    }

    /** Returns the better median of the general proxies' pairs; null if none was measured. */
    static @Nullable Double betterPair(Results results, Metric metric) {
        Double best = null;
        for (String pair : PAIRS) {
            Double median = results.median(metric.key(), pair);
            if (median != null && (best == null || isBetter(metric, median, best))) {
                best = median;
            }
        }
        return best;
    }

    private static boolean isBetter(Metric metric, double one, double other) {
        return metric.better() == Metric.Better.HIGHER ? one > other : one < other;
    }
}
