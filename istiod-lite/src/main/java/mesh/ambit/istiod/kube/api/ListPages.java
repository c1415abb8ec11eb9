package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a collection page by page, each object made small before the next one is looked at. */
final class ListPages<T> {
    /** Objects of a page: about 2 MB of pods, well below what a server takes a second for. */
    static final int PAGE = 500;

    private final ApiServer server;
    private final Codec<T> codec;

    ListPages(ApiServer server, Codec<T> codec) {
        this.server = server;
        this.codec = codec;
    }

    /** All objects of a collection and the version of the server's state that they are of. */
    record Listing<T>(Map<String, T> objects, String version) {}

    /** Returns all objects of {@code resource} in one of its versions, as of one moment. */
    Listing<T> list(ApiResource resource, String apiVersion) throws IOException {
        Map<String, T> objects = new LinkedHashMap<>();
        String path = resource.path(apiVersion) + resource.query() + "limit=" + PAGE;
        String rest = "";
        while (true) {
            JsonNode metadata;
            try (InputStream body = server.stream(path + rest, resource.listFormat(), ApiServer.PATIENCE)) {
                metadata = page(body, objects);
            }
            String token = metadata.path("continue").asText("");
            if (token.isEmpty()) {
                String version = metadata.path("resourceVersion").asText("");
                if (version.isEmpty()) {
                    throw new IOException(resource + ": a list without a version");
                }
                return new Listing<>(objects, version);
            }
            rest = "&continue=" + URLEncoder.encode(token, StandardCharsets.UTF_8);
        }
    }

    private JsonNode page(InputStream body, Map<String, T> objects) throws IOException {
        JsonNode metadata = ApiServer.JSON.createObjectNode();
        try (JsonParser json = ApiServer.JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("a list that is no object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                JsonToken token = json.nextToken();
                if (field.equals("metadata") && token == JsonToken.START_OBJECT) {
                    metadata = ApiServer.JSON.readTree(json);
                } else if (field.equals("items") && token == JsonToken.START_ARRAY) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        T object = codec.read(json);
                        objects.put(codec.key(object), object);
                    }
                } else {
                    json.skipChildren();
                }
            }
            // To its end: only then is the connection of use to the next request.
            json.nextToken();
        }
        return metadata;
    }
}
