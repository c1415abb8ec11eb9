package mesh.ambit.istiod.app;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import mesh.ambit.kube.Problem;
import mesh.ambit.kube.ProblemCode;

/** What judging objects counts, under the reference's names. */
final class AdmissionMetrics {
    /** Whoever reaches the port may name whatever it likes, so only so many kinds become labels. */
    private static final int MAX_RESOURCES = 64;

    private static final Pattern NAME = Pattern.compile("[a-z0-9.]{1,63}");
    private static final Set<ProblemCode> NOT_DECODED = Set.of(ProblemCode.UNKNOWN_FIELD, ProblemCode.WRONG_TYPE);

    private final Counts counts;
    private final Set<Tags> resources = ConcurrentHashMap.newKeySet();

    AdmissionMetrics(MeterRegistry registry) {
        counts = new Counts(registry);
    }

    void passed(JsonObject request) {
        counts.add("galley.validation.passed", "Objects that are valid.", tags(request));
    }

    /** A dry run counts as nothing where it fails, so that whoever only tries alarms nobody. */
    void failed(JsonObject request, List<Problem> problems) {
        JsonElement dryRun = request.get("dryRun");
        if (dryRun == null || !dryRun.isJsonPrimitive() || !dryRun.getAsBoolean()) {
            boolean decoded = problems.stream().noneMatch(problem -> NOT_DECODED.contains(problem.code()));
            counts.add(
                    "galley.validation.failed",
                    "Objects that are not valid.",
                    tags(request).and("reason", decoded ? "invalid_resource" : "crd_conversion_error"));
        }
    }

    void notServed(int status) {
        counts.add(
                "galley.validation.http.error",
                "Requests that were none for a judgement.",
                Tags.of("status", Integer.toString(status)));
    }

    private Tags tags(JsonObject request) {
        JsonElement resource = request.get("resource");
        JsonObject fields = resource instanceof JsonObject object ? object : new JsonObject();
        Tags tags = tags(text(fields, "group"), text(fields, "version"), text(fields, "resource"));
        boolean known = resources.contains(tags);
        if (!known && resources.size() >= MAX_RESOURCES) {
            return tags("other", "other", "other");
        }
        resources.add(tags);
        return tags;
    }

    private static Tags tags(String group, String version, String resource) {
        return Tags.of("group", group, "version", version, "resource", resource);
    }

    private static String text(JsonObject fields, String name) {
        JsonElement value = fields.get(name);
        String text = value != null && value.isJsonPrimitive() ? value.getAsString() : "";
        return NAME.matcher(text).matches() ? text : "other";
    }
}
