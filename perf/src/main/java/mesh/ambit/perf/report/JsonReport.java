package mesh.ambit.perf.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import mesh.ambit.perf.profile.Breakdown;
import mesh.ambit.perf.profile.Place;
import mesh.ambit.perf.profile.Profile;

/** A run for machines: every number of every round, medians, goals. */
public final class JsonReport {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private JsonReport() {}

    /** Returns one object, with a line break at its end. */
    public static String render(BenchReport report) {
        JsonObject root = new JsonObject();
        root.addProperty("time", report.time().toString());
        root.add("machine", GSON.toJsonTree(report.machine()));
        root.addProperty("ours", report.ours());
        root.add("subjects", GSON.toJsonTree(report.descriptions()));
        root.add("method", GSON.toJsonTree(report.method()));
        root.add("notes", GSON.toJsonTree(report.notes()));
        root.add("metrics", metrics(report.results()));
        JsonArray goals = new JsonArray();
        report.verdicts().forEach(verdict -> goals.add(goal(verdict)));
        root.add("goals", goals);
        JsonArray breakdowns = new JsonArray();
        report.breakdowns().forEach(breakdown -> breakdowns.add(breakdown(breakdown)));
        root.add("breakdowns", breakdowns);
        return GSON.toJson(root) + "\n";
    }

    private static JsonArray metrics(Results results) {
        JsonArray metrics = new JsonArray();
        for (Metric metric : results.metrics()) {
            JsonObject object = new JsonObject();
            object.addProperty("key", metric.key());
            object.addProperty("title", metric.title());
            object.addProperty("unit", metric.unit());
            object.addProperty("better", metric.better() == Metric.Better.HIGHER ? "higher" : "lower");
            JsonObject subjects = new JsonObject();
            for (String subject : results.subjects()) {
                List<Double> values = results.of(metric, subject);
                if (!values.isEmpty()) {
                    JsonObject numbers = new JsonObject();
                    numbers.addProperty("median", Statistics.median(values));
                    numbers.addProperty("min", Statistics.min(values));
                    numbers.addProperty("max", Statistics.max(values));
                    numbers.add("rounds", GSON.toJsonTree(values));
                    subjects.add(subject, numbers);
                }
            }
            object.add("subjects", subjects);
            metrics.add(object);
        }
        return metrics;
    }

    private static JsonObject goal(Verdict verdict) {
        Goal goal = verdict.goal();
        JsonObject object = new JsonObject();
        object.addProperty("title", goal.title());
        object.addProperty("metric", goal.metric());
        object.addProperty("against", goal.against().title());
        object.addProperty("direction", goal.direction().words());
        object.addProperty("bound", goal.bound());
        object.addProperty("value", verdict.value());
        object.addProperty("met", verdict.isMet());
        object.addProperty("marginPercent", verdict.marginPercent());
        return object;
    }

    private static JsonObject breakdown(Breakdown breakdown) {
        JsonObject object = new JsonObject();
        object.addProperty("measure", breakdown.measure());
        object.addProperty("unit", breakdown.unit());
        JsonObject costs = new JsonObject();
        breakdown.costs().forEach(cost -> costs.add(cost.subject(), GSON.toJsonTree(cost.perUnit())));
        object.add("costs", costs);
        JsonObject profiles = new JsonObject();
        for (Profile profile : breakdown.profiles()) {
            JsonObject shares = new JsonObject();
            for (Place place : Place.values()) {
                shares.addProperty(place.title(), profile.share(place));
            }
            profiles.add(profile.node(), shares);
        }
        object.add("shares", profiles);
        return object;
    }
}
