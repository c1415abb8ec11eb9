package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;

/** Writes a status where it is another than before. */
final class StatusPatch {
    private StatusPatch() {}

    /** Returns a copy of the status of an object, to be changed; empty where it has none. */
    static ObjectNode copy(JsonNode object) {
        return object.path("status") instanceof ObjectNode present
                ? present.deepCopy()
                : JsonNodeFactory.instance.objectNode();
    }

    /** Makes {@code status} the status of this very object: what was judged is what is written to. */
    static void write(ApiServer server, String path, JsonNode object, ObjectNode status) throws IOException {
        if (status.equals(object.path("status"))) {
            return;
        }
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").put("resourceVersion", Codec.TREE.version(object));
        ObjectNode fields = patch.putObject("status");
        object.path("status").fieldNames().forEachRemaining(fields::putNull);
        fields.setAll(status);
        server.merge(path + "/status", patch);
    }
}
