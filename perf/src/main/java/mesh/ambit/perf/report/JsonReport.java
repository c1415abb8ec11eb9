package mesh.ambit.perf.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

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
}
