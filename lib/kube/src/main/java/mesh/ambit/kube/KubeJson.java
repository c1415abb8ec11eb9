package mesh.ambit.kube;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects as an API server sends them: the same records as from a folder, of the same fields, trimmed while they
 * arrive. The server has checked and completed them, so they are taken as stored. Not thread-safe.
 */
public final class KubeJson {
    private static final JsonFactory JSON = new JsonFactory();

    private final JsonValues values = new JsonValues();

    /** Creates a reader, best one for each kind. */
    public KubeJson() {}

    /**
     * An object as it came.
     *
     * @param resourceVersion version of the server's state in which it came to be; empty if it does not say
     * @param object null for one that cannot be read
     * @param problems why it cannot
     */
    public record Item(
            ObjectKey key, String resourceVersion, @Nullable KubeObject object, List<Problem> problems) {
        public Item {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Returns the object of this kind that begins at the parser's current token, and leaves the parser at its end.
     *
     * @throws IOException if the source fails, or what it says is no JSON object
     */
    public Item read(JsonParser json, Kind kind) throws IOException {
        Mapping mapping = values.read(json, kind);
        ObjectReader.Result result = ObjectReader.of(mapping, kind, Reading.AS_STORED);
        String version = resourceVersion(mapping);
        if (!result.objects().isEmpty()) {
            KubeObject object = result.objects().getFirst().object();
            return new Item(object.key(), version, object, List.of());
        }
        Set<ObjectKey> refused = result.refused();
        if (refused.isEmpty()) {
            throw new IOException("a " + kind.text() + " without a name");
        }
        return new Item(refused.iterator().next(), version, null, result.problems());
    }

    /** Returns whether {@code text} is JSON from its beginning to its end. */
    static boolean isJson(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            while (parser.nextToken() != null) {
                // Only whether it can be read counts.
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String resourceVersion(Mapping mapping) {
        return mapping.find("metadata") instanceof Mapping metadata
                        && metadata.find("resourceVersion") instanceof Scalar version
                ? version.text()
                : "";
    }
}
