package mesh.ambit.wire;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.Base64;
import java.util.TreeMap;
import mesh.ambit.protocol.security.Authorization;
import mesh.ambit.protocol.workload.Address;
import mesh.ambit.protocol.workload.Workload;

/** Messages as protobuf's JSON, for people and for comparisons: defaults omitted, bytes in base64, keys sorted. */
public final class WireJson {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();

    private static final String PREFIX = "type.googleapis.com/";

    private WireJson() {}

    /** Returns a message of ours. */
    public static JsonElement of(Message message) {
        try {
            return sorted(JsonParser.parseString(PRINTER.print(message)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("every message inside another one of ours is known", e);
        }
    }

    /** Returns what a peer sent. What we do not know, or cannot read, is its type and its bytes. Never throws. */
    public static JsonElement of(Any any) {
        try {
            return switch (any.getTypeUrl()) {
                case TypeUrl.ADDRESS -> of(Address.parseFrom(any.getValue()));
                case TypeUrl.AUTHORIZATION -> of(Authorization.parseFrom(any.getValue()));
                case PREFIX + "istio.workload.Workload" -> of(Workload.parseFrom(any.getValue()));
                default -> raw(any);
            };
        } catch (InvalidProtocolBufferException | IllegalStateException e) {
            return raw(any);
        }
    }

    private static JsonElement raw(Any any) {
        JsonObject raw = new JsonObject();
        raw.addProperty("@type", any.getTypeUrl());
        raw.addProperty(
                "value", Base64.getEncoder().encodeToString(any.getValue().toByteArray()));
        return raw;
    }

    /** Returns {@code element} with the keys of every object in it in their order. */
    public static JsonElement sorted(JsonElement element) {
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
