package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import mesh.ambit.istiod.ambient.GoldenScenarios.Resources;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random states full of odd values, one dense in each sort of object, states that go through the cases of one topic, and
 * what the reference's index made of them. No API server would take them all; they are read as they lie in a store.
 */
class RecordedStatesTest {
    static List<String> states() throws IOException {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("states")
    void stateIsWhatTheReferenceMadeOfIt(String name) throws IOException {
        Path folder = root().resolve(name);
        KubeYaml.Parsed parsed = KubeYaml.parse(
                Files.readString(folder.resolve("input/objects.yaml")), "objects.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();
        JsonObject recorded = JsonParser.parseString(Files.readString(folder.resolve("expected.json")))
                .getAsJsonObject();

        Resources actual = Resources.of(AmbientIndex.compute(ObjectSet.of(parsed.objects()), MeshSettings.DEFAULT));

        assertThat(actual).isEqualTo(Resources.recorded(recorded));
    }

    private static Path root() {
        try {
            return Path.of(requireNonNull(RecordedStatesTest.class.getResource("/recorded"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
