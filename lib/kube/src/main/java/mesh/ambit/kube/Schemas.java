package mesh.ambit.kube;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import mesh.ambit.kube.YamlValue.Mapping;
import org.jspecify.annotations.Nullable;

/** The schemas of kinds that users install, read when they are first asked for. */
final class Schemas {
    private static final Map<String, Optional<Schema>> KNOWN = new ConcurrentHashMap<>();

    private Schemas() {}

    /**
     * Returns the schema of a kind, null for one that an API server knows by itself.
     *
     * @param version of the object; a version whose schema is not known counts as the one that is stored
     */
    static @Nullable Schema of(Kind kind, String version) {
        if (ApiNames.group(kind).isEmpty()) {
            return null;
        }
        Schema own = ApiNames.versions(kind).contains(version) ? read(kind.text() + "." + version) : null;
        return own == null ? read(kind.text()) : own;
    }

    private static @Nullable Schema read(String name) {
        return KNOWN.computeIfAbsent(name, Schemas::load).orElse(null);
    }

    private static Optional<Schema> load(String name) {
        try (InputStream in = Schemas.class.getResourceAsStream("schema/" + name + ".json")) {
            if (in == null) {
                return Optional.empty();
            }
            // Every JSON text is a YAML text.
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return YamlReader.read(text).getFirst() instanceof Mapping file
                    ? Optional.of(Schema.read(file))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (YamlProblem e) {
            throw new IllegalStateException("schema of " + name, e);
        }
    }
}
