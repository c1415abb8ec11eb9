package mesh.ambit.istiod.push;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import java.time.Instant;
import mesh.ambit.protocol.discovery.Node;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code envoy.service.status.v3.ClientConfig}, the few fields of it that tell how far a client is: node (1) and
 * generic_xds_configs (3) with type_url (1), last_updated (5), config_status (6) and error_state (8).
 */
final class ClientConfigWire {
    static final String TYPE_URL = "type.googleapis.com/envoy.service.status.v3.ClientConfig";

    private ClientConfigWire() {}

    static ByteString encode(ClientStatus client) {
        UnknownFieldSet.Field.Builder configs = UnknownFieldSet.Field.newBuilder();
        client.types().forEach((typeUrl, status) -> configs.addLengthDelimited(config(typeUrl, status)));
        return UnknownFieldSet.newBuilder()
                .addField(1, bytes(node(client)))
                .addField(3, configs.build())
                .build()
                .toByteString();
    }

    private static Node node(ClientStatus client) {
        Struct.Builder metadata = Struct.newBuilder();
        put(metadata, "CLUSTER_ID", client.clusterId());
        put(metadata, "ISTIO_VERSION", client.version());
        put(metadata, "NAMESPACE", client.namespace());
        return Node.newBuilder().setId(client.proxy()).setMetadata(metadata).build();
    }

    private static void put(Struct.Builder metadata, String key, String value) {
        if (!value.isEmpty()) {
            metadata.putFields(key, Value.newBuilder().setStringValue(value).build());
        }
    }

    private static ByteString config(String typeUrl, ClientStatus.OfType status) {
        UnknownFieldSet.Builder config = UnknownFieldSet.newBuilder().addField(1, text(typeUrl));
        if (status.sentTime() != null) {
            config.addField(5, bytes(timestamp(status.sentTime())));
        }
        config.addField(
                6, UnknownFieldSet.Field.newBuilder().addVarint(code(status)).build());
        if (status.lastError() != null) {
            UnknownFieldSet.Builder error = UnknownFieldSet.newBuilder().addField(3, text(status.lastError()));
            @Nullable Instant attempt = status.sentTime();
            if (attempt != null) {
                error.addField(2, bytes(timestamp(attempt)));
            }
            config.addField(
                    8,
                    UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(error.build().toByteString())
                            .build());
        }
        return config.build().toByteString();
    }

    /** Returns the number of {@code envoy.service.status.v3.ConfigStatus}. */
    private static int code(ClientStatus.OfType status) {
        return switch (status.standing()) {
            case SYNCED -> 1;
            case NOT_SENT -> 2;
            case STALE -> 3;
            case ERROR -> 4;
        };
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    private static UnknownFieldSet.Field text(String text) {
        return UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8(text))
                .build();
    }

    private static UnknownFieldSet.Field bytes(Message message) {
        return UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(message.toByteString())
                .build();
    }
}
