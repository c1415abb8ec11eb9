package mesh.ambit.istiod.push;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;

/**
 * One resource as a field of a response, encoded once; every response that carries it copies these bytes.
 *
 * @param name its xDS name
 * @param field the field of {@code DeltaDiscoveryResponse}, tag and length included; nobody writes to it
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; the array is what makes it small and quick to send.
record EncodedResource(String name, byte[] field) {
    private static final int TAG = tag(DeltaDiscoveryResponse.RESOURCES_FIELD_NUMBER);

    static EncodedResource of(Resource resource) {
        int size = resource.getSerializedSize();
        byte[] field = new byte
                [CodedOutputStream.computeUInt32SizeNoTag(TAG) + CodedOutputStream.computeUInt32SizeNoTag(size) + size];
        CodedOutputStream out = CodedOutputStream.newInstance(field);
        try {
            out.writeUInt32NoTag(TAG);
            out.writeUInt32NoTag(size);
            resource.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes as many bytes as were counted", e);
        }
        return new EncodedResource(resource.getName(), field);
    }

    private static int tag(int number) {
        return number << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    /** Returns the message again; the bytes of its content are shared with it. */
    Resource resource() {
        CodedInputStream in = CodedInputStream.newInstance(field);
        in.enableAliasing(true);
        try {
            in.readTag();
            return Resource.parseFrom(in.readBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("our own encoding of " + name + " does not decode", e);
        }
    }

    /** Returns this resource with other names by which clients may have asked for it. */
    EncodedResource withAliases(List<String> aliases) {
        return aliases.isEmpty()
                ? this
                : of(resource().toBuilder().addAllAliases(aliases).build());
    }

    /** Returns this resource with other content under the same name and version. */
    EncodedResource withContent(ResourceType type, ByteString content) {
        Resource.Builder changed = resource().toBuilder();
        changed.getResourceBuilder().setTypeUrl(type.typeUrl()).setValue(content);
        return of(changed.build());
    }
}
