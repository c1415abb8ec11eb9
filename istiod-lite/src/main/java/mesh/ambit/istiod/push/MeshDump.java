package mesh.ambit.istiod.push;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;
import mesh.ambit.model.PersistentMap;
import mesh.ambit.protocol.security.Authorization;
import mesh.ambit.protocol.workload.Address;

/** The mesh as clients are told, as JSON for a person: {@code workloads}, {@code services} and {@code policies}. */
final class MeshDump {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();

    private MeshDump() {}

    static JsonObject of(PushState state) {
        JsonArray workloads = new JsonArray();
        JsonArray services = new JsonArray();
        JsonArray policies = new JsonArray();
        try {
            for (AddressResource resource : sorted(state.addresses())) {
                Address address = Address.parseFrom(
                        resource.plain().resource().getResource().getValue());
                if (address.hasWorkload()) {
                    workloads.add(json(address.getWorkload()));
                } else {
                    services.add(json(address.getService()));
                }
            }
            for (PolicyResource policy : sorted(state.policies())) {
                policies.add(json(Authorization.parseFrom(
                        policy.plain().resource().getResource().getValue())));
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("our own encoding does not decode", e);
        }
        JsonObject dump = new JsonObject();
        dump.addProperty("version", state.version());
        dump.add("workloads", workloads);
        dump.add("services", services);
        dump.add("policies", policies);
        return dump;
    }

    private static <T> Collection<T> sorted(PersistentMap<String, T> resources) {
        NavigableMap<String, T> byName = new TreeMap<>();
        resources.forEach(byName::put);
        return byName.values();
    }

    private static JsonElement json(MessageOrBuilder message) throws InvalidProtocolBufferException {
        return JsonParser.parseString(PRINTER.print(message));
    }
}
