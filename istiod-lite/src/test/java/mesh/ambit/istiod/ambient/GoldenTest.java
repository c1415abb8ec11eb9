package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.ambient.GoldenScenarios.Resources;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.model.MeshResource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the index with what the reference controller sent for the same objects, resource by resource. */
class GoldenTest {
    private static final String UNLABELLED = "unlabelled-workload-matches-every-selector";
    private static final String DANGLING = "dangling-peer-authentication-key";

    static List<String> states() {
        return GoldenScenarios.withFile("expected.json");
    }

    static List<String> series() {
        return GoldenScenarios.withFile("expected-steps.json");
    }

    @ParameterizedTest
    @MethodSource("states")
    void stateIsWhatTheReferenceSent(String scenario) {
        compareState(scenario);
    }

    @ParameterizedTest
    @MethodSource("series")
    void everyStepIsWhatTheReferenceSent(String scenario) {
        compareSteps(scenario);
    }

    private static void compareState(String scenario) {
        Resources expected = Resources.recorded(GoldenScenarios.json(scenario, "expected.json"));
        correct(expected, scenario, 0);

        Resources actual = compute(scenario, ObjectSet.of(GoldenScenarios.objects(scenario)));

        assertSame(expected, actual, danglingKeys(scenario, 0));
    }

    private static void compareSteps(String scenario) {
        ObjectSet objects = ObjectSet.EMPTY;
        AmbientEngine engine = new AmbientEngine(settings(scenario));
        Resources before = new Resources(new TreeMap<>(), new TreeMap<>());
        for (JsonElement element :
                GoldenScenarios.json(scenario, "expected-steps.json").getAsJsonArray("steps")) {
            JsonObject recorded = element.getAsJsonObject();
            int step = recorded.get("step").getAsInt();
            Resources expected = Resources.recorded(recorded.getAsJsonObject("state"));
            correct(expected, scenario, step);

            ObjectSet former = objects;
            objects = GoldenScenarios.apply(scenario, step, objects);
            Resources actual = compute(scenario, objects);
            MeshUpdate update = engine.apply(objects.all(), gone(former, objects));

            List<String> dangling = danglingKeys(scenario, step);
            assertSame(expected, actual, dangling);
            actual.authorizations().keySet().removeAll(dangling);
            assertChanges(recorded.getAsJsonObject("addresses"), before.addresses(), actual.addresses());
            assertChanges(recorded.getAsJsonObject("authorizations"), before.authorizations(), actual.authorizations());
            assertThat(update.addresses())
                    .extracting(MeshResource::resourceName)
                    .containsExactlyElementsOf(
                            texts(recorded.getAsJsonObject("addresses").getAsJsonArray("updated")));
            assertThat(update.removedAddresses())
                    .containsExactlyElementsOf(
                            texts(recorded.getAsJsonObject("addresses").getAsJsonArray("removed")));
            before = actual;
        }
    }

    private static List<ObjectKey> gone(ObjectSet before, ObjectSet after) {
        return before.all().stream()
                .map(KubeObject::key)
                .filter(key -> after.find(key) == null)
                .toList();
    }

    private static MeshSettings settings(String scenario) {
        return MeshSettings.DEFAULT.withFeatures(Feature.from(Environment.of(GoldenScenarios.flags(scenario))));
    }

    private static Resources compute(String scenario, ObjectSet objects) {
        return Resources.of(AmbientIndex.compute(objects, settings(scenario)));
    }

    /** {@code sent} are policies that the reference names but does not send, and that we do send. */
    private static void assertSame(Resources expected, Resources actual, List<String> sent) {
        SortedMap<String, JsonElement> authorizations = new TreeMap<>(actual.authorizations());
        assertThat(authorizations.keySet()).containsAll(sent);
        authorizations.keySet().removeAll(sent);
        assertEach(expected.addresses(), actual.addresses());
        assertEach(expected.authorizations(), authorizations);
    }

    private static void assertEach(Map<String, JsonElement> expected, Map<String, JsonElement> actual) {
        assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach(
                (name, resource) -> assertThat(actual.get(name)).as(name).isEqualTo(resource));
    }

    private static void assertChanges(
            JsonObject recorded, Map<String, JsonElement> before, Map<String, JsonElement> after) {
        TreeSet<String> updated = new TreeSet<>(after.keySet());
        updated.removeIf(name -> Objects.equals(after.get(name), before.get(name)));
        TreeSet<String> removed = new TreeSet<>(before.keySet());
        removed.removeAll(after.keySet());
        assertThat(updated).containsExactlyElementsOf(texts(recorded.getAsJsonArray("updated")));
        assertThat(removed).containsExactlyElementsOf(texts(recorded.getAsJsonArray("removed")));
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.getAsString()));
        return texts;
    }

    /** Takes away policies that the reference hangs on workloads without labels by mistake. */
    private static void correct(Resources resources, String scenario, int step) {
        for (JsonObject defect : defects(scenario, step, UNLABELLED)) {
            JsonElement workload = requireNonNull(
                    resources.addresses().get(defect.get("resource").getAsString()));
            JsonObject fields = workload.getAsJsonObject().getAsJsonObject("workload");
            JsonArray policies = fields.getAsJsonArray("authorizationPolicies");
            policies.remove(new JsonPrimitive(defect.get("value").getAsString()));
            if (policies.isEmpty()) {
                fields.remove("authorizationPolicies");
            }
        }
    }

    private static List<String> danglingKeys(String scenario, int step) {
        return defects(scenario, step, DANGLING).stream()
                .map(defect -> defect.get("value").getAsString())
                .distinct()
                .toList();
    }

    /** Returns the known defects of one kind, in a series those of one step. */
    private static List<JsonObject> defects(String scenario, int step, String kind) {
        List<JsonObject> defects = new ArrayList<>();
        for (JsonElement element :
                GoldenScenarios.json("", "known-upstream-defects.json").getAsJsonArray("defects")) {
            JsonObject defect = element.getAsJsonObject();
            boolean applies = defect.get("scenario").getAsString().equals(scenario)
                    && defect.get("defect").getAsString().equals(kind)
                    && (!defect.has("step") || defect.get("step").getAsInt() == step);
            if (applies) {
                defects.add(defect);
            }
        }
        return defects;
    }
}
