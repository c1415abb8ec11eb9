package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import mesh.ambit.istiod.ambient.GoldenScenarios.Resources;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Series of changes, each through the cases of one topic, and what the reference's controller sent and took back after
 * each. A series is one text, whose steps begin with a line like {@code #= 2 apply} or {@code #= 2 delete}.
 */
class RecordedSeriesTest {
    private static final String MARK = "#= ";

    static List<String> series() throws IOException {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    /** What one step creates, replaces and deletes. */
    private record Step(List<KubeObject> applied, List<ObjectKey> deleted) {}

    @ParameterizedTest
    @MethodSource("series")
    void everyStepChangesWhatItChangesInTheReference(String name) throws IOException {
        Path folder = root().resolve(name);
        List<Step> steps = steps(Files.readString(folder.resolve("steps.yaml")));
        JsonArray recorded = JsonParser.parseString(Files.readString(folder.resolve("expected.json")))
                .getAsJsonArray();
        assertThat(steps).hasSameSizeAs(recorded);
        AmbientEngine engine = new AmbientEngine(MeshSettings.DEFAULT);
        Resources before = Resources.of(engine.state());
        for (int i = 0; i < steps.size(); i++) {
            MeshUpdate update =
                    engine.apply(steps.get(i).applied(), steps.get(i).deleted());

            Resources after = Resources.of(engine.state());
            Resources expected = Resources.recorded(recorded.get(i).getAsJsonObject());
            String step = name + ", step " + (i + 1);
            SortedMap<String, JsonElement> addresses = changes(before.addresses(), after.addresses());
            assertThat(addresses).as(step).isEqualTo(expected.addresses());
            assertThat(changes(before.authorizations(), after.authorizations()))
                    .as(step)
                    .isEqualTo(expected.authorizations());
            TreeSet<String> told = new TreeSet<>(update.removedAddresses());
            update.addresses().forEach(address -> told.add(address.resourceName()));
            assertThat(told).as(step).isEqualTo(addresses.keySet());
            before = after;
        }
    }

    /** Returns what is new or other than before, and null for what is gone. */
    private static SortedMap<String, JsonElement> changes(
            Map<String, JsonElement> before, Map<String, JsonElement> after) {
        SortedMap<String, JsonElement> changes = new TreeMap<>();
        before.keySet().forEach(name -> changes.put(name, JsonNull.INSTANCE));
        changes.putAll(after);
        changes.entrySet().removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
        return changes;
    }

    private static List<Step> steps(String text) {
        List<Step> steps = new ArrayList<>();
        for (String part : text.split("(?m)^" + MARK, -1)) {
            if (part.isEmpty()) {
                continue;
            }
            int end = part.indexOf('\n');
            String head = part.substring(0, end);
            int number = Integer.parseInt(head.substring(0, head.indexOf(' ')));
            while (steps.size() < number) {
                steps.add(new Step(new ArrayList<>(), new ArrayList<>()));
            }
            KubeYaml.Parsed parsed = KubeYaml.parse(part.substring(end), "steps.yaml", Reading.AS_STORED);
            // Settings that cannot be read are an object that cannot be read; some steps have them.
            assertThat(parsed.problems())
                    .allSatisfy(problem -> assertThat(problem.field()).isEqualTo("data.mesh"));
            if (head.endsWith("delete")) {
                parsed.objects().forEach(object -> steps.getLast().deleted().add(object.key()));
            } else {
                steps.getLast().applied().addAll(parsed.objects());
            }
        }
        return steps;
    }

    private static Path root() {
        try {
            return Path.of(requireNonNull(RecordedSeriesTest.class.getResource("/recorded-series"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
