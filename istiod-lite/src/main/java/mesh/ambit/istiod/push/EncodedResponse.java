package mesh.ambit.istiod.push;

import com.google.protobuf.CodedOutputStream;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import org.jspecify.annotations.Nullable;

/**
 * A {@code DeltaDiscoveryResponse} of resources that are encoded already: what is a client's own is put around shared
 * bytes, and nothing of the size of the mesh is made for one client.
 */
final class EncodedResponse {
    private static final int CONTROL_PLANE_FIELD = 7;
    private static final int IDENTIFIER_FIELD = 1;

    /** Enough that the transport makes large frames of it. */
    private static final int PIECE_BYTES = 256 * 1024;

    private static final int MAX_NAMES_BUFFER_BYTES = 4096;

    private final byte[] head;
    private final Update update;
    private final int removedBytes;
    private final int size;

    /**
     * Creates one.
     *
     * @param controlPlane who answers, for debug types; empty leaves it out
     */
    EncodedResponse(String typeUrl, String version, String nonce, String controlPlane, Update update) {
        this.update = update;
        this.head = head(typeUrl, version, nonce, controlPlane);
        long total = head.length;
        for (EncodedResource resource : update.resources()) {
            total += resource.field().length;
        }
        long names = 0;
        for (String name : update.removed()) {
            names += CodedOutputStream.computeStringSize(DeltaDiscoveryResponse.REMOVED_RESOURCES_FIELD_NUMBER, name);
        }
        this.removedBytes = Math.toIntExact(names);
        this.size = Math.toIntExact(total + names);
    }

    private static byte[] head(String typeUrl, String version, String nonce, String controlPlane) {
        int node = controlPlane.isEmpty() ? 0 : CodedOutputStream.computeStringSize(IDENTIFIER_FIELD, controlPlane);
        int size = CodedOutputStream.computeStringSize(DeltaDiscoveryResponse.SYSTEM_VERSION_INFO_FIELD_NUMBER, version)
                + CodedOutputStream.computeStringSize(DeltaDiscoveryResponse.TYPE_URL_FIELD_NUMBER, typeUrl)
                + CodedOutputStream.computeStringSize(DeltaDiscoveryResponse.NONCE_FIELD_NUMBER, nonce)
                + (node == 0
                        ? 0
                        : CodedOutputStream.computeTagSize(CONTROL_PLANE_FIELD)
                                + CodedOutputStream.computeUInt32SizeNoTag(node)
                                + node);
        // Of the very size: a buffer of the usual one for each response costs more than what is in it.
        byte[] bytes = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeString(DeltaDiscoveryResponse.SYSTEM_VERSION_INFO_FIELD_NUMBER, version);
            out.writeString(DeltaDiscoveryResponse.TYPE_URL_FIELD_NUMBER, typeUrl);
            out.writeString(DeltaDiscoveryResponse.NONCE_FIELD_NUMBER, nonce);
            if (node > 0) {
                out.writeTag(CONTROL_PLANE_FIELD, 2);
                out.writeUInt32NoTag(node);
                out.writeString(IDENTIFIER_FIELD, controlPlane);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes as many bytes as were counted", e);
        }
        return bytes;
    }

    /** Returns its length in bytes. */
    int size() {
        return size;
    }

    /** Writes the message; the order of different fields means nothing to its reader. */
    void writeTo(OutputStream out) throws IOException {
        byte[] piece = new byte[Math.min(size, PIECE_BYTES)];
        int used = copy(head, 0, piece, out);
        for (EncodedResource resource : update.resources()) {
            used = copy(resource.field(), used, piece, out);
        }
        out.write(piece, 0, used);
        if (!update.removed().isEmpty()) {
            CodedOutputStream names =
                    CodedOutputStream.newInstance(out, Math.min(removedBytes, MAX_NAMES_BUFFER_BYTES));
            for (String name : update.removed()) {
                names.writeString(DeltaDiscoveryResponse.REMOVED_RESOURCES_FIELD_NUMBER, name);
            }
            names.flush();
        }
    }

    private static int copy(byte[] bytes, int used, byte[] piece, OutputStream out) throws IOException {
        if (used + bytes.length <= piece.length) {
            System.arraycopy(bytes, 0, piece, used, bytes.length);
            return used + bytes.length;
        }
        out.write(piece, 0, used);
        if (bytes.length > piece.length) {
            out.write(bytes);
            return 0;
        }
        System.arraycopy(bytes, 0, piece, 0, bytes.length);
        return bytes.length;
    }

    /** Hands responses to gRPC, which asks for their length and then has them written where they go. */
    static final class Marshaller implements MethodDescriptor.Marshaller<EncodedResponse> {
        @Override
        public InputStream stream(EncodedResponse response) {
            return new Content(response);
        }

        @Override
        public EncodedResponse parse(InputStream stream) {
            throw new UnsupportedOperationException("a server sends responses only");
        }
    }

    /** The message as a stream: written where it goes by transports that can, read by those that cannot. */
    private static final class Content extends InputStream implements Drainable, KnownLength {
        private final EncodedResponse response;
        private @Nullable InputStream bytes;
        private int left;

        Content(EncodedResponse response) {
            this.response = response;
            this.left = response.size;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            response.writeTo(target);
            left = 0;
            return response.size;
        }

        @Override
        public int available() {
            return left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            InputStream from = bytes;
            if (from == null) {
                ByteArrayOutputStream all = new ByteArrayOutputStream(response.size);
                response.writeTo(all);
                from = new ByteArrayInputStream(all.toByteArray());
                bytes = from;
            }
            int count = from.read(target, offset, length);
            left -= Math.max(0, count);
            return count;
        }
    }
}
