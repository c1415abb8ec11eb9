package mesh.ambit.xds;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.protocol.discovery.Node;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param id the node id
 * @param metadata JSON values: texts, numbers, booleans, null, maps and lists of them
 */
public record AdsNode(String id, SortedMap<String, Object> metadata) {
    private static final String UNKNOWN_IP = "1.1.1.1";

    /** Copies the metadata. */
    public AdsNode {
        requireNonNull(id, "id");
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /**
     * Returns the node of a node proxy, in upstream's form.
     *
     * @param instanceIp our own address; empty when unknown
     * @param pod name of our pod, perhaps empty
     * @param namespace its namespace, perhaps empty
     * @param node the node we serve, perhaps empty
     * @param further metadata from {@code ISTIO_META_*} and {@code ISTIO_METAJSON_*}; wins over what is above
     */
    public static AdsNode ofNodeProxy(
            String instanceIp, String pod, String namespace, String node, Map<String, ?> further) {
        String ip = instanceIp.isEmpty() ? UNKNOWN_IP : instanceIp;
        SortedMap<String, Object> metadata = new TreeMap<>();
        metadata.put("NAME", pod);
        metadata.put("NAMESPACE", namespace);
        metadata.put("INSTANCE_IPS", ip);
        metadata.put("NODE_NAME", node);
        metadata.putAll(further);
        return new AdsNode(
                "ztunnel~" + ip + "~" + pod + "." + namespace + "~" + namespace + ".svc.cluster.local", metadata);
    }

    Node toProto() {
        return Node.newBuilder().setId(id).setMetadata(struct(metadata)).build();
    }

    private static Struct struct(Map<?, ?> map) {
        Struct.Builder struct = Struct.newBuilder();
        map.forEach((name, value) -> struct.putFields(String.valueOf(name), value(value)));
        return struct.build();
    }

    private static Value value(@Nullable Object value) {
        Value.Builder result = Value.newBuilder();
        return switch (value) {
            case null -> result.setNullValue(NullValue.NULL_VALUE).build();
            case Boolean truth -> result.setBoolValue(truth).build();
            case Number number -> result.setNumberValue(number.doubleValue()).build();
            case Map<?, ?> map -> result.setStructValue(struct(map)).build();
            case Collection<?> list -> {
                ListValue.Builder values = ListValue.newBuilder();
                list.forEach(element -> values.addValues(value(element)));
                yield result.setListValue(values).build();
            }
            default -> result.setStringValue(String.valueOf(value)).build();
        };
    }
}
