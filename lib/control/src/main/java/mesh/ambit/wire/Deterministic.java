package mesh.ambit.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Bytes that are the same for equal messages: fields in ascending order, maps sorted by key. Versions are made of them. */
public final class Deterministic {
    private Deterministic() {}

    /** Returns the bytes of {@code message}. */
    public static ByteString bytes(MessageLite message) {
        byte[] bytes = new byte[message.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes as many bytes as were counted", e);
        }
        return ByteString.copyFrom(bytes);
    }
}
