package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The changes of a collection, one after the other. */
final class WatchStream<T> implements AutoCloseable {
    private final JsonParser json;
    private final Codec<T> codec;
    private final String request;

    WatchStream(InputStream body, Codec<T> codec, String request) throws IOException {
        this.json = ApiServer.JSON.createParser(body);
        this.codec = codec;
        this.request = request;
    }

    /** What happened; {@code version} is where to go on after it. */
    sealed interface Event<T> {
        String version();

        record Changed<T>(T object, String version) implements Event<T> {}

        record Removed<T>(T object, String version) implements Event<T> {}

        /** Nothing happened to what is watched, up to this version. */
        record Bookmark<T>(String version) implements Event<T> {}
    }

    /**
     * Waits for the next event; returns null at the end of the stream.
     *
     * @throws ApiException if the server says that the watch cannot go on
     */
    @Nullable
    Event<T> next() throws IOException {
        JsonToken start = json.nextToken();
        if (start == null) {
            return null;
        }
        if (start != JsonToken.START_OBJECT) {
            throw new IOException(request + ": an event that is no object");
        }
        String type = "";
        Event<T> event = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken token = json.nextToken();
            if (field.equals("type")) {
                type = json.getText();
            } else if (field.equals("object") && token == JsonToken.START_OBJECT) {
                // The type stands first: the server writes the fields of an event in this order.
                event = event(type);
            } else {
                json.skipChildren();
            }
        }
        if (event == null) {
            throw new IOException(request + ": an event without object");
        }
        return event;
    }

    private Event<T> event(String type) throws IOException {
        return switch (type) {
            case "ADDED", "MODIFIED" -> {
                T object = codec.read(json);
                yield new Event.Changed<>(object, codec.version(object));
            }
            case "DELETED" -> {
                T object = codec.read(json);
                yield new Event.Removed<>(object, codec.version(object));
            }
            case "BOOKMARK" -> {
                JsonNode object = ApiServer.JSON.readTree(json);
                yield new Event.Bookmark<>(
                        object.path("metadata").path("resourceVersion").asText(""));
            }
            case "ERROR" -> {
                JsonNode status = ApiServer.JSON.readTree(json);
                throw new ApiException(
                        request,
                        status.path("code").asInt(500),
                        status.path("message").asText(""),
                        null);
            }
            default -> throw new IOException(request + ": an event of the unknown type '" + type + "'");
        };
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
