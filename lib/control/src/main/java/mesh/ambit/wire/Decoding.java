package mesh.ambit.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.util.function.Function;
import mesh.ambit.protocol.discovery.Resource;

/** From a resource to a value: its bytes are a message, the message means something, or the resource is rejected. */
final class Decoding {
    private Decoding() {}

    /**
     * Returns what {@code resource} describes, or why it is not accepted.
     *
     * @param meaning throws {@link RejectedResource} for a message that means nothing, and nothing else
     */
    static <M extends MessageLite, T> Decoded<T> of(Resource resource, Parser<M> parser, Function<M, T> meaning) {
        if (!resource.hasResource()) {
            return new Decoded.Rejected<>(resource.getName(), "XDS payload without resource", true);
        }
        M message;
        try {
            message = parser.parseFrom(resource.getResource().getValue());
        } catch (InvalidProtocolBufferException e) {
            return new Decoded.Rejected<>(resource.getName(), "decode: " + e.getMessage(), true);
        }
        try {
            return new Decoded.Accepted<>(resource.getName(), meaning.apply(message));
        } catch (RejectedResource e) {
            return new Decoded.Rejected<>(resource.getName(), String.valueOf(e.getMessage()), false);
        }
    }
}
