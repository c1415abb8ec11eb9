package mesh.ambit.ztunnel.local;

import java.io.IOException;
import java.nio.file.Path;
import mesh.ambit.config.Environment;
import org.jspecify.annotations.Nullable;

/** Where the local mesh stands: a file, or the text itself. */
public sealed interface LocalSource {
    /** The most that is read. */
    int MAX_BYTES = 64 << 20;

    /** A file. */
    record File(Path path) implements LocalSource {}

    /** The text. */
    record Literal(String text) implements LocalSource {}

    /** Returns what {@code LOCAL_XDS_PATH} or {@code LOCAL_XDS} says; null when neither is set. */
    static @Nullable LocalSource from(Environment env) {
        String path = env.text("LOCAL_XDS_PATH");
        String text = env.text("LOCAL_XDS");
        if (path != null && text != null) {
            env.reject("invalid configuration: only one of LOCAL_XDS_PATH or LOCAL_XDS may be set");
        }
        if (path != null) {
            return new File(env.path("LOCAL_XDS_PATH", Path.of("")));
        }
        return text == null ? null : new Literal(text);
    }

    /**
     * Reads the mesh; blocks.
     *
     * @throws LocalFileException if it cannot be read or is not valid; the message names the source
     */
    default LocalMesh load() throws LocalFileException {
        String name = switch (this) {
            case File(Path path) -> "LOCAL_XDS_PATH=" + path;
            case Literal _ -> "LOCAL_XDS";
        };
        try {
            return LocalMesh.parse(
                    switch (this) {
                        case File(Path path) -> BoundedFile.read(path, MAX_BYTES);
                        case Literal(String text) -> text;
                    });
        } catch (LocalFileException e) {
            throw new LocalFileException(name + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new LocalFileException(name + ": cannot be read: " + e, e);
        }
    }
}
