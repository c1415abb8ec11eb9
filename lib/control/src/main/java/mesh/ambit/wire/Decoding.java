package mesh.ambit.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import mesh.ambit.protocol.discovery.Resource;
import org.jspecify.annotations.Nullable;

/** From a resource to a value: its bytes are a message, the message means something, or the resource is rejected. */
final class Decoding {
    private Decoding() {}

    /**
     * Returns what {@code resource} describes, or why it is not accepted.
     *
     * @param type asked for only when something is wrong, or looks so: descriptors take time to load
     * @param odd whether there are fields that no schema of ours has, or known ones in another form
     * @param meaning throws {@link RejectedResource} for a message that means nothing, and nothing else
     */
    static <M extends MessageLite, T> Decoded<T> of(
            Resource resource, Parser<M> parser, Supplier<Descriptor> type, Predicate<M> odd, Function<M, T> meaning) {
        if (!resource.hasResource()) {
            return new Decoded.Rejected<>(resource.getName(), "XDS payload without resource", true);
        }
        ByteString bytes = resource.getResource().getValue();
        M message;
        try {
            message = parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            String fault = MessageFault.in(bytes.toByteArray(), type.get());
            return undecodable(resource, fault == null ? e.getMessage() : fault);
        }
        if (odd.test(message)) {
            String fault = MessageFault.in(bytes.toByteArray(), type.get());
            if (fault != null) {
                return undecodable(resource, fault);
            }
        }
        try {
            return new Decoded.Accepted<>(resource.getName(), meaning.apply(message));
        } catch (RejectedResource e) {
            return new Decoded.Rejected<>(resource.getName(), String.valueOf(e.getMessage()), false);
        }
    }

    private static <T> Decoded<T> undecodable(Resource resource, @Nullable String fault) {
        return new Decoded.Rejected<>(resource.getName(), "decode: " + fault, true);
    }
}
