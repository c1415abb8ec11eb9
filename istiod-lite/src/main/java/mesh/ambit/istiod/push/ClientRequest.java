package mesh.ambit.istiod.push;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntConsumer;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;

/**
 * A request as it came.
 *
 * @param said all of it but, where they are many, the versions that the client holds
 * @param held the versions that the client holds
 */
record ClientRequest(DeltaDiscoveryRequest said, HeldVersions held) {
    /** Reads requests; those that list much of a mesh without making an object of each name. */
    static final class Marshaller implements MethodDescriptor.Marshaller<ClientRequest> {
        /** Below that the general reader costs less than reading twice. */
        private static final int LARGE_BYTES = 1 << 16;

        private final MethodDescriptor.Marshaller<DeltaDiscoveryRequest> general;
        private final IntConsumer sizes;

        /**
         * Creates one.
         *
         * @param sizes told the length of each request, which is known before it is read
         */
        Marshaller(MethodDescriptor.Marshaller<DeltaDiscoveryRequest> general, IntConsumer sizes) {
            this.general = general;
            this.sizes = sizes;
        }

        @Override
        public InputStream stream(ClientRequest request) {
            throw new UnsupportedOperationException("a server receives requests only");
        }

        @Override
        public ClientRequest parse(InputStream stream) {
            try {
                // All of it: a message is in memory before it is read.
                int size = stream.available();
                sizes.accept(size);
                return size < LARGE_BYTES ? of(general.parse(stream)) : large(bytes(stream, size));
            } catch (IOException e) {
                throw Status.INTERNAL
                        .withDescription("a request that cannot be read")
                        .withCause(e)
                        .asRuntimeException();
            }
        }

        private static byte[] bytes(InputStream stream, int size) throws IOException {
            byte[] bytes = new byte[size];
            if (stream.readNBytes(bytes, 0, size) != size) {
                throw new EOFException("a request that ends before its end");
            }
            return bytes;
        }

        private ClientRequest large(byte[] message) throws InvalidProtocolBufferException {
            ByteArrayOutputStream rest = new ByteArrayOutputStream();
            HeldVersions held = HeldVersions.find(message, rest);
            return held == null
                    ? of(general.parse(new ByteArrayInputStream(message)))
                    : new ClientRequest(DeltaDiscoveryRequest.parseFrom(rest.toByteArray()), held);
        }

        private static ClientRequest of(DeltaDiscoveryRequest request) {
            return new ClientRequest(request, HeldVersions.of(request.getInitialResourceVersionsMap()));
        }
    }
}
