package mesh.ambit.ztunnel.app;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads JSON as texts, doubles, booleans, null, and maps and lists of them. */
final class JsonText {
    private static final Gson GSON = new Gson();

    private JsonText() {}

    /**
     * Returns the value of {@code text}; the library bounds its depth.
     *
     * @throws IllegalArgumentException if it is not JSON
     */
    static @Nullable Object parse(String text) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = GSON.getAdapter(JsonElement.class).read(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new IllegalArgumentException("not JSON: something follows the value");
            }
            return value(element);
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
    }

    private static @Nullable Object value(JsonElement element) {
        if (element.isJsonObject()) {
            Map<String, @Nullable Object> map = new TreeMap<>();
            element.getAsJsonObject().asMap().forEach((name, child) -> map.put(name, value(child)));
            return map;
        }
        if (element.isJsonArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            element.getAsJsonArray().forEach(child -> list.add(value(child)));
            return list;
        }
        if (element.isJsonNull()) {
            return null;
        }
        var scalar = element.getAsJsonPrimitive();
        if (scalar.isBoolean()) {
            return scalar.getAsBoolean();
        }
        return scalar.isNumber() ? (Object) scalar.getAsDouble() : scalar.getAsString();
    }
}
