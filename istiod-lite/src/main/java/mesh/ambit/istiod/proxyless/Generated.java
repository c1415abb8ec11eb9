package mesh.ambit.istiod.proxyless;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.util.List;
import mesh.ambit.wire.Deterministic;

/**
 * A resource as it is sent.
 *
 * @param kind its kind
 * @param name its name
 * @param content its bytes, made once for all who are told the same
 * @param remarks what of the objects behind it cannot be said to such a client, one sentence each
 */
public record Generated(ResourceKind kind, String name, ByteString content, List<String> remarks) {
    public Generated {
        remarks = List.copyOf(remarks);
    }

    static Generated of(ResourceKind kind, String name, Message message, Remarks remarks) {
        return new Generated(kind, name, Deterministic.bytes(message), remarks.all());
    }

    /** Returns the resource as a field of a response. */
    public Any any() {
        return Any.newBuilder().setTypeUrl(kind.typeUrl()).setValue(content).build();
    }
}
