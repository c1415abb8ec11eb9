package mesh.ambit.istiod.status;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import mesh.ambit.istiod.kube.api.Codec;

/** Keeps of objects what their status says, and nothing else: one controller holds them beside the records. */
final class StatusCodec implements Codec<StatusCodec.Present> {
    /**
     * What an object's status says.
     *
     * @param status conditions and parents
     */
    record Present(String key, String version, JsonNode status) {}

    @Override
    public Present read(JsonParser json) throws IOException {
        JsonNode object = Codec.TREE.read(json);
        JsonNode metadata = object.path("metadata");
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        copy(object.path("status"), status, "conditions");
        copy(object.path("status"), status, "parents");
        return new Present(
                metadata.path("namespace").asText("") + "/"
                        + metadata.path("name").asText(""),
                metadata.path("resourceVersion").asText(""),
                status);
    }

    private static void copy(JsonNode from, ObjectNode to, String field) {
        if (from.has(field)) {
            to.set(field, from.path(field));
        }
    }

    @Override
    public String key(Present object) {
        return object.key();
    }

    @Override
    public String version(Present object) {
        return object.version();
    }
}
