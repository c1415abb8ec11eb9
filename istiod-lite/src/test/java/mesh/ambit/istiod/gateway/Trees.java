package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Objects for tests. */
final class Trees {
    private static final YAMLMapper YAML = new YAMLMapper();

    private Trees() {}

    static JsonNode of(String yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a Gateway of the waypoint class with further fields of its metadata and of its spec. */
    static JsonNode waypoint(String metadata, String spec) {
        return of("{metadata: {name: way, namespace: shop, uid: u-1, generation: 3" + metadata
                + "}, spec: {gatewayClassName: istio-waypoint,"
                + " listeners: [{name: mesh, port: 15008, protocol: HBONE}]" + spec + "}}");
    }

    /** Returns the condition of this type as {@code status/reason}. */
    static String condition(JsonNode owner, String type) {
        for (JsonNode condition : owner.path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText() + "/"
                        + condition.path("reason").asText();
            }
        }
        return "none";
    }
}
