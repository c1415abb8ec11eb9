package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import mesh.ambit.istiod.ambient.Standing.Condition;
import mesh.ambit.istiod.ambient.Standing.Parent;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ParentRef;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;

/**
 * What the reference's controller says of objects in their status, recorded: two hundred objects, each odd in one way. Texts
 * are our own; types, truth and reasons are its.
 */
class RecordedStandingsTest {
    @Test
    void everyObjectIsToldWhatTheReferenceTellsIt() throws IOException {
        Set<Feature> features = new TreeSet<>(Feature.defaults());
        features.add(Feature.MULTI_NETWORK);
        StandingEngine engine = new StandingEngine(MeshSettings.DEFAULT.withFeatures(features));
        KubeYaml.Parsed parsed = KubeYaml.parse(text("objects.yaml"), "objects.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();

        Map<String, String> told = new TreeMap<>();
        engine.apply(parsed.objects(), Set.of()).forEach((key, standing) -> {
            String name = key.kind().text() + " " + key.namespace() + "/" + key.name();
            standing.conditions().forEach(condition -> told.put(name + " " + condition.type(), words(condition)));
            for (Parent parent : standing.parents()) {
                parent.conditions()
                        .forEach(condition -> told.put(
                                name + " at " + place(parent.ref()) + " " + condition.type(), words(condition)));
            }
        });

        Map<String, String> expected = new TreeMap<>();
        JsonObject recorded = JsonParser.parseString(text("expected.json")).getAsJsonObject();
        for (Map.Entry<String, JsonElement> entry : recorded.entrySet()) {
            expected.put(entry.getKey(), entry.getValue().getAsString());
        }
        assertThat(told).isEqualTo(expected);
    }

    private static String words(Condition condition) {
        return (condition.holds() ? "True " : "False ") + condition.reason();
    }

    private static String place(ParentRef ref) {
        Integer port = ref.port();
        return ref.kind() + " " + (ref.namespace().isEmpty() ? "" : ref.namespace() + "/") + ref.name()
                + (ref.sectionName().isEmpty() ? "" : " " + ref.sectionName())
                + (port == null ? "" : " " + port);
    }

    private static String text(String name) throws IOException {
        try (InputStream in =
                requireNonNull(RecordedStandingsTest.class.getResourceAsStream("/standings/" + name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
