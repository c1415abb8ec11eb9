package mesh.ambit.istiod.app;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import mesh.ambit.admin.HttpQuery;
import mesh.ambit.admin.HttpReply;
import mesh.ambit.admin.HttpRoute;
import mesh.ambit.istiod.ambient.Advisor;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.Problem;
import mesh.ambit.kube.ProblemCode;
import mesh.ambit.kube.Reading;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers an API server that asks, as {@code admission.k8s.io/v1} does, whether an object may be stored: with the checks
 * by which a folder's objects are accepted. What is valid and does not do what it seems to is let through with warnings.
 */
final class AdmissionReviews implements HttpRoute {
    private static final Logger LOG = LoggerFactory.getLogger(AdmissionReviews.class);

    /** An API server stores 1.5 MiB at most, and sends the old object along. */
    static final int MAX_BYTES = 4 << 20;

    /** The kinds whose checks are ours to make; the API server has checked its own. */
    private static final Set<String> GROUPS = Set.of("security.istio.io", "networking.istio.io", "telemetry.istio.io");

    private static final int UNPROCESSABLE = 422;

    private final Gson gson = new GsonBuilder().disableHtmlEscaping().create();
    private final MeshSettings settings;
    private final AdmissionMetrics metrics;

    AdmissionReviews(MeshSettings settings, AdmissionMetrics metrics) {
        this.settings = settings;
        this.metrics = metrics;
    }

    @Override
    public HttpReply answer(HttpQuery query) {
        JsonObject request = request(query.body());
        if (request == null || !(request.get("uid") instanceof JsonPrimitive uid)) {
            metrics.notServed(400);
            return HttpReply.text(400, "not an AdmissionReview\n");
        }
        JsonObject response = new JsonObject();
        response.add("uid", uid);
        JsonElement object = request.get("object");
        if (object instanceof JsonObject asked && isOurs(asked) && !isLeaving(asked, request.get("oldObject"))) {
            judge(request, asked, response);
        } else {
            response.addProperty("allowed", true);
        }
        JsonObject review = new JsonObject();
        review.addProperty("apiVersion", "admission.k8s.io/v1");
        review.addProperty("kind", "AdmissionReview");
        review.add("response", response);
        return HttpReply.json(gson.toJson(review));
    }

    private static @Nullable JsonObject request(String body) {
        try {
            return JsonParser.parseString(body) instanceof JsonObject review
                            && review.get("request") instanceof JsonObject request
                    ? request
                    : null;
        } catch (JsonParseException e) {
            LOG.debug("refused a review that is no JSON", e);
            return null;
        }
    }

    private static boolean isOurs(JsonObject object) {
        JsonElement version = object.get("apiVersion");
        String text = version != null && version.isJsonPrimitive() ? version.getAsString() : "";
        int slash = text.indexOf('/');
        return slash > 0 && GROUPS.contains(text.substring(0, slash));
    }

    /**
     * Returns whether an object that is being deleted stays what it was: whoever has to let go of it must be able to,
     * whatever it says.
     */
    private static boolean isLeaving(JsonObject object, @Nullable JsonElement before) {
        return object.get("metadata") instanceof JsonObject metadata
                && metadata.get("deletionTimestamp") instanceof JsonPrimitive
                && before instanceof JsonObject old
                && Objects.equals(old.get("spec"), object.get("spec"));
    }

    private void judge(JsonObject request, JsonObject object, JsonObject response) {
        // Every JSON text is a YAML text.
        KubeYaml.Parsed parsed = KubeYaml.parse(gson.toJson(object), "", Reading.CHECKED);
        List<Problem> problems = new ArrayList<>(parsed.problems());
        if (hasGeneratedName(object)) {
            problems.removeIf(problem -> problem.code() == ProblemCode.MISSING_FIELD
                    && problem.field().equals("metadata.name"));
        }
        response.addProperty("allowed", problems.isEmpty());
        if (problems.isEmpty()) {
            metrics.passed(request);
            JsonArray warnings = new JsonArray();
            for (KubeObject each : parsed.objects()) {
                Advisor.aboutAlone(each, settings)
                        .forEach(advice -> warnings.add(advice.field() + ": " + advice.reason()
                                + (advice.remedy().isEmpty() ? "" : " (" + advice.remedy() + ")") + " ["
                                + advice.code() + "]"));
            }
            if (!warnings.isEmpty()) {
                response.add("warnings", warnings);
            }
            return;
        }
        metrics.failed(request, problems);
        JsonObject status = new JsonObject();
        status.addProperty("code", UNPROCESSABLE);
        status.addProperty("reason", "Invalid");
        status.addProperty(
                "message",
                "configuration is invalid: "
                        + problems.stream().map(AdmissionReviews::text).collect(Collectors.joining("; ")));
        response.add("status", status);
    }

    /** The object is known to whoever sent it, and lines of a text that nobody wrote say nothing. */
    private static String text(Problem problem) {
        return (problem.field().isEmpty() ? "" : problem.field() + ": ")
                + problem.reason()
                + (problem.remedy().isEmpty() ? "" : " (" + problem.remedy() + ")")
                + " [" + problem.code() + "]";
    }

    private static boolean hasGeneratedName(JsonObject object) {
        return object.get("metadata") instanceof JsonObject metadata && metadata.has("generateName");
    }
}
