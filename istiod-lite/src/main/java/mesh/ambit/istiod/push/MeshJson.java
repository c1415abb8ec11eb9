package mesh.ambit.istiod.push;

import com.google.gson.JsonObject;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.protocol.security.Authorization;
import mesh.ambit.protocol.workload.Address;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;
import mesh.ambit.wire.WireJson;

/** A mesh as JSON of the messages that clients are sent, always in the same order. */
public final class MeshJson {
    private MeshJson() {}

    /**
     * Returns names of messages, and below each the resources by their xDS name: field names in lower camel case,
     * defaults omitted, enums by name, bytes in standard base64, keys sorted. A message without resources is there, and
     * empty.
     */
    public static JsonObject of(MeshState state) {
        JsonObject addresses = new JsonObject();
        state.addresses().forEach((name, resource) -> addresses.add(name, WireJson.of(AddressWire.toProto(resource))));
        JsonObject authorizations = new JsonObject();
        state.authorizations()
                .forEach((name, policy) -> authorizations.add(name, WireJson.of(AuthorizationWire.toProto(policy))));
        JsonObject all = new JsonObject();
        all.add(Authorization.getDescriptor().getFullName(), authorizations);
        all.add(Address.getDescriptor().getFullName(), addresses);
        return all;
    }
}
