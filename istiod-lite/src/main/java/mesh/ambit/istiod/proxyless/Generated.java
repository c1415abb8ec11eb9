package mesh.ambit.istiod.proxyless;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.util.List;
import mesh.ambit.wire.Deterministic;
import org.jspecify.annotations.Nullable;

/**
 * A resource as it is sent.
 *
 * @param kind its kind
 * @param name its name
 * @param content its bytes, made once for all who are told the same
 * @param remarks what of the objects behind it cannot be said to such a client, one sentence each
 * @param closed what a client is sent that refuses this one, as otherwise it would go on with a former one that lets
 *     more through; null when it may
 * @param guard what of it decides who may pass: who took one with the same guard before may go on with that; empty when
 *     nothing does
 * @param nowhere whether it stands for what the objects no longer speak of, a service or a subset: clients that are led
 *     elsewhere at the same time had better not see it
 */
public record Generated(
        ResourceKind kind,
        String name,
        ByteString content,
        List<String> remarks,
        @Nullable Generated closed,
        ByteString guard,
        boolean nowhere) {
    public Generated {
        remarks = List.copyOf(remarks);
    }

    static Generated of(ResourceKind kind, String name, Message message, Remarks remarks) {
        Message closed = Closed.insteadOf(message);
        return new Generated(
                kind,
                name,
                Deterministic.bytes(message),
                remarks.all(),
                closed == null ? null : open(kind, name, Deterministic.bytes(closed)),
                Closed.guard(message),
                false);
    }

    /** Returns the same, known to stand for nothing that there is. */
    Generated leadingNowhere() {
        return new Generated(kind, name, content, remarks, closed, guard, true);
    }

    /** Returns one that nobody is kept out by, or that takes the place of another. */
    public static Generated open(ResourceKind kind, String name, ByteString content) {
        return new Generated(kind, name, content, List.of(), null, ByteString.EMPTY, false);
    }

    /** Returns the resource as a field of a response. */
    public Any any() {
        return Any.newBuilder().setTypeUrl(kind.typeUrl()).setValue(content).build();
    }
}
