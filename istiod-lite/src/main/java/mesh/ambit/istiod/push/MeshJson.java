package mesh.ambit.istiod.push;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.protocol.security.Authorization;
import mesh.ambit.protocol.workload.Address;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;

/** A mesh as JSON of the messages that clients are sent, always in the same order. */
public final class MeshJson {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();

    private MeshJson() {}

    /**
     * Returns names of messages, and below each the resources by their xDS name: field names in lower camel case,
     * defaults omitted, enums by name, bytes in standard base64, keys sorted. A message without resources is there, and
     * empty.
     */
    public static JsonObject of(MeshState state) {
        JsonObject addresses = new JsonObject();
        state.addresses().forEach((name, resource) -> addresses.add(name, json(AddressWire.toProto(resource))));
        JsonObject authorizations = new JsonObject();
        state.authorizations()
                .forEach((name, policy) -> authorizations.add(name, json(AuthorizationWire.toProto(policy))));
        JsonObject all = new JsonObject();
        all.add(Authorization.getDescriptor().getFullName(), authorizations);
        all.add(Address.getDescriptor().getFullName(), addresses);
        return all;
    }

    private static JsonElement json(Message message) {
        try {
            return sorted(JsonParser.parseString(PRINTER.print(message)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("every message inside another one of ours is known", e);
        }
    }

    private static JsonElement sorted(JsonElement element) {
        if (element instanceof JsonArray array) {
            JsonArray copy = new JsonArray();
            array.forEach(item -> copy.add(sorted(item)));
            return copy;
        }
        if (element instanceof JsonObject object) {
            JsonObject copy = new JsonObject();
            new TreeMap<>(object.asMap()).forEach((key, value) -> copy.add(key, sorted(value)));
            return copy;
        }
        return element;
    }
}
