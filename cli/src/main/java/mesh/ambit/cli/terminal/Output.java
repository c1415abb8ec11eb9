package mesh.ambit.cli.terminal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import java.util.Map;
import mesh.ambit.kube.YamlWriter;

/** The forms in which a command can say what it knows. */
public enum Output {
    /** For a person; each command prints it itself. */
    TABLE,
    JSON,
    YAML;

    /** Returns {@code document} as JSON or YAML, without a line end; a table has no documents. */
    public String print(Object document) {
        return switch (this) {
            case TABLE -> throw new IllegalStateException("a table is printed by its command");
            case JSON ->
                new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(document);
            case YAML -> {
                // Through JSON, which turns records into maps.
                Gson gson = new GsonBuilder()
                        .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                        .create();
                yield YamlWriter.write(gson.fromJson(gson.toJsonTree(document), Map.class))
                        .stripTrailing();
            }
        };
    }
}
