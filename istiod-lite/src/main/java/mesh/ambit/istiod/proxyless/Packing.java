package mesh.ambit.istiod.proxyless;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import mesh.ambit.wire.Deterministic;

/** Messages to bytes, the same bytes for equal messages, whatever order their maps were filled in. */
final class Packing {
    private Packing() {}

    static Any any(Message message) {
        return Any.newBuilder()
                .setTypeUrl(
                        "type.googleapis.com/" + message.getDescriptorForType().getFullName())
                .setValue(Deterministic.bytes(message))
                .build();
    }

    static UInt32Value number(int value) {
        return UInt32Value.of(value);
    }

    static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}
