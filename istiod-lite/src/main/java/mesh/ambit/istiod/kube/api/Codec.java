package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** Makes of an object's JSON what is kept of it. Used by one thread. */
public interface Codec<T> {
    /** Returns the object that begins at the current token, and leaves the parser at its end. */
    T read(JsonParser json) throws IOException;

    /** Returns {@code namespace/name}; the name alone for kinds that live in no namespace. */
    String key(T object);

    /** Returns the version of the server's state in which the object came to be. */
    String version(T object);

    /** Keeps objects as trees, without what the server notes about who wrote which field. */
    Codec<JsonNode> TREE = new Codec<>() {
        @Override
        public JsonNode read(JsonParser json) throws IOException {
            JsonNode object = ApiServer.JSON.readTree(json);
            if (object.path("metadata") instanceof ObjectNode metadata) {
                metadata.remove("managedFields");
            }
            return object;
        }

        @Override
        public String key(JsonNode object) {
            String namespace = object.path("metadata").path("namespace").asText("");
            String name = object.path("metadata").path("name").asText("");
            return namespace.isEmpty() ? name : namespace + "/" + name;
        }

        @Override
        public String version(JsonNode object) {
            return object.path("metadata").path("resourceVersion").asText("");
        }
    };
}
